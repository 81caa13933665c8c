export type DatabaseErrorCode =
  | "DATABASE_UNREACHABLE"
  | "DATABASE_ACCESS_DENIED"
  | "DATABASE_NOT_FOUND"
  | "DATABASE_TABLE_NOT_FOUND"
  | "DATABASE_COLUMN_NOT_FOUND"
  | "DATABASE_VALUE_REFUSED"
  | "DATABASE_CONSTRAINT_VIOLATED"
  | "DATABASE_BUSY"
  | "DATABASE_TIMED_OUT"
  | "DATABASE_CONNECTION_LOST"
  | "DATABASE_ROLLED_BACK"
  | "DATABASE_FAILED";

/** What an error of a driver means, and what to do, as sentences. */
export interface Explanation {
  readonly code: DatabaseErrorCode;
  readonly message: string;
}

/** A statement or a connection that did not succeed. The message names the database and says what to do. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly code: DatabaseErrorCode;
  /** The database without its password: `postgresql://app@db.example:5432/shop`. */
  readonly database: string;

  constructor(database: string, { code, message }: Explanation, cause?: unknown) {
    super(`${database}: ${message}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.database = database;
  }
}
