export interface LevelLook {
  readonly label: string;
  readonly color: string;
  readonly edge: string;
}

/** The display of a log level. */
export function levelLook(level: number): LevelLook {
  if (level >= 50) return { label: "FATAL", color: "var(--state-failed)", edge: "var(--state-failed)" };
  if (level >= 40) return { label: "ERROR", color: "var(--state-failed)", edge: "var(--state-failed)" };
  if (level >= 30) return { label: "WARN", color: "var(--state-late)", edge: "var(--state-late)" };
  if (level >= 20) return { label: "INFO", color: "var(--muted)", edge: "transparent" };
  return { label: "DEBUG", color: "var(--faint)", edge: "transparent" };
}
