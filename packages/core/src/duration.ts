const unitSeconds = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A span of time: a number of seconds, or `"500ms"`, `"2s"`, `"10m"`, `"1h"`, `"1d"`. */
export type Duration = number | `${number}${keyof typeof unitSeconds}`;

/** The seconds of a duration. Throws a RangeError that names the value when it is none, or negative. */
export function durationSeconds(duration: Duration): number {
  const seconds = typeof duration === "number" ? duration : parse(duration);
  if (!Number.isFinite(seconds) || seconds < 0) {
    throw new RangeError(
      `${JSON.stringify(duration)} is not a duration: give a number of seconds, or "500ms", "2s", "10m", "1h", "1d"`,
    );
  }
  return seconds;
}

function parse(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  if (match === null) return Number.NaN;
  return Number(match[1]) * unitSeconds[match[2] as keyof typeof unitSeconds];
}
