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

/** SQLite's primary codes for values that it does not take: too big, a constraint, a wrong type, out of range. */
const refusedValues = new Set([18, 19, 20, 25]);

/**
 * Whether the database would refuse the same values at any time. Other errors are about the database itself, such as being
 * read-only after a failover, and the values may be tried again.
 */
export function isRefusalOfValues(error: unknown): boolean {
  const { code, errcode } = error as SqlError;
  if (errcode !== undefined) return refusedValues.has(errcode & 0xff);
  // Data exceptions, constraints, limits of the program: classes of the SQL standard, and one of PostgreSQL's own.
  return code !== undefined && /^(?:22|23|54)\w{3}$/.test(code);
}
