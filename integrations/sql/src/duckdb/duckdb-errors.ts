import type { DatabaseErrorCode, Explanation } from "../database-error.ts";

/** DuckDB's errors have no codes, and begin with their kind. */
const kinds: readonly (readonly [pattern: RegExp, code: DatabaseErrorCode, advice: string])[] = [
  [
    /^Catalog Error: (Table|View) .* does not exist/,
    "DATABASE_TABLE_NOT_FOUND",
    "Create the table, or check its name.",
  ],
  [
    /^Binder Error: .*(Referenced column|does not have a column|column .* not found)/s,
    "DATABASE_COLUMN_NOT_FOUND",
    "Check the name of the column.",
  ],
  [/^Constraint Error/, "DATABASE_CONSTRAINT_VIOLATED", "Change the rows so that the table's constraints hold."],
  [
    /^(Conversion|Out of Range|Invalid Input) Error/,
    "DATABASE_VALUE_REFUSED",
    "Give a value that the type of the column takes.",
  ],
  [
    /^TransactionContext Error: .*(conflict|Conflict)/s,
    "DATABASE_BUSY",
    "Another transaction was in the way: run it again.",
  ],
  [
    /^INTERRUPT Error|Interrupted/,
    "DATABASE_TIMED_OUT",
    "The statement was stopped, and nothing of it is kept. Give it more timeoutSeconds, or less to do.",
  ],
  [
    /Could not set lock on file/,
    "DATABASE_BUSY",
    "One process at a time may write a file of DuckDB: end the other one.",
  ],
  [
    /^IO Error: (Cannot open file|Trying to read a database file|The file .* exists, but it is not a valid DuckDB)/s,
    "DATABASE_UNREACHABLE",
    "Check the path, and that the file is a database of DuckDB.",
  ],
];

export function explainDuckdb(error: unknown): Explanation {
  const whole = error instanceof Error ? error.message : String(error);
  const message = whole.replace(/^Failed to extract statements: /, "");
  const told = /[.?!^]$/.test(message.trim()) ? message.trim() : `${message.trim()}.`;
  const known = kinds.find(([pattern]) => pattern.test(message));
  if (known === undefined) return { code: "DATABASE_FAILED", message: told };
  const [, code, advice] = known;
  return { code, message: `${told} ${advice}` };
}
