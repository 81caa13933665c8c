/** A sentence on the constraint that a write ran into, or undefined when the error is another one. */
export function violatedConstraint(error: unknown): string | undefined {
  const { code, errcode, message = "", detail } = error as SqlError;
  if (code === "23505") return detail ?? "The value is taken.";
  if (code === "23503") return detail ?? "What is referred to does not exist.";
  if (errcode === undefined || (errcode & 0xff) !== 19) return undefined;
  const columns = /failed: (.+)$/.exec(message)?.[1];
  if (columns === undefined) return "What is referred to does not exist.";
  return `Another row has the same ${columns}.`;
}

export function isUniqueViolation(error: unknown): boolean {
  const { code, errcode } = error as SqlError;
  return code === "23505" || errcode === 2067 || errcode === 1555;
}

interface SqlError {
  readonly code?: string;
  readonly errcode?: number;
  readonly message?: string;
  readonly detail?: string;
}
