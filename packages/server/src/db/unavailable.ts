/**
 * The condition of the database that a driver's error reveals. `passing`: it may end in a moment, so the unit of work is retried
 * for a while. `standing`: a person must act first, or the time limit is reached; the answer is 503 at once.
 */
export type Trouble = "passing" | "standing";

/** Undefined for an error about the statement, or of our own. */
export function troubleOf(error: unknown): Trouble | undefined {
  const { code = "", errcode, message = "", syscall = "" } = error as DriverError;
  if (errcode !== undefined) return sqliteTrouble.get(errcode & 0xff);
  if (systemCodes.has(code) || /^(?:connect|getaddrinfo)$/.test(syscall)) return "passing";
  if (/^[0-9A-Z]{5}$/.test(code)) return postgresTrouble(code, error as DriverError);
  return /Connection terminated|connection error|timeout exceeded when trying to connect/.test(message)
    ? "passing"
    : undefined;
}

export function isUnavailable(error: unknown): boolean {
  return troubleOf(error) !== undefined;
}

/** SQLite cannot read the file. */
export function isDamaged(error: unknown): boolean {
  const { errcode = 0 } = error as DriverError;
  return damagedCodes.has(errcode & 0xff);
}

/** PostgreSQL has as many connections as it, the database or the role may have. */
export function isOutOfConnections(error: unknown): boolean {
  return (error as DriverError).code === "53300";
}

/**
 * Whether a connection that still answers is useless: it leads to a read-only server, such as the former primary after a
 * failover, or its prepared statements are gone or do not fit the tables any more.
 */
export function isConnectionStale(error: unknown): boolean {
  const { code = "", routine } = error as DriverError;
  return code === "25006" || preparedCodes.has(code) || (code === "0A000" && routine === "RevalidateCachedQuery");
}

interface DriverError {
  readonly code?: string;
  readonly errcode?: number;
  readonly message?: string;
  readonly syscall?: string;
  /** The function in PostgreSQL's source that raised it; poolers give none. */
  readonly routine?: string;
}

const damagedCodes = new Set([11, 26]);

/** SQLite's primary codes. Its units of work wait for other programs by themselves, so that nothing here is run again. */
const sqliteTrouble = new Map<number, Trouble>([
  [5, "passing"], // busy
  [6, "passing"], // locked
  [7, "standing"], // out of memory
  [8, "standing"], // read-only, or moved
  [10, "standing"], // the disk reports an error
  [11, "standing"], // damaged
  [13, "standing"], // full
  [14, "standing"], // can't be opened
  [15, "passing"], // another program kept the log locked
  [22, "standing"], // too large for the file system
  [26, "standing"], // no database
]);

/** Error codes of a broken network connection to a database. */
const systemCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** A prepared statement is unknown, or known already: a pooler has given us another connection than before. */
const preparedCodes = new Set(["26000", "42P05"]);

/**
 * By PostgreSQL's codes, then by their classes. Codes in neither are about the statement: features and syntax, values,
 * constraints, limits of the program, errors that a trigger raises.
 */
const postgresCodes = new Map<string, Trouble>([
  ["25006", "passing"], // read-only: a failover is under way
  ["25P03", "passing"], // a transaction was idle for too long
  ["25P04", "passing"], // a transaction took too long
  ["28000", "standing"], // the role may not come in
  ["28P01", "standing"], // wrong password
  ["3D000", "standing"], // no such database
  ["40001", "passing"], // serialization failure, also on a standby
  ["40003", "passing"], // it is not known whether a statement was done
  ["40P01", "passing"], // deadlock
  ["42501", "standing"], // the role may not do that
  ["53400", "standing"], // temp_file_limit
  ["55006", "passing"], // in use
  ["55P03", "passing"], // lock_timeout
  ["57014", "standing"], // statement_timeout, or cancelled by a person
  ["72000", "passing"], // snapshot too old
]);

const postgresClasses = new Map<string, Trouble>([
  ["08", "passing"], // the connection
  ["53", "passing"], // connections, memory, disk
  ["57", "passing"], // shutting down, crashed, starting
  ["58", "passing"], // the system around PostgreSQL
  ["F0", "standing"], // its configuration
  ["XX", "standing"], // itself, its data among it
]);

function postgresTrouble(code: string, error: DriverError): Trouble | undefined {
  // PostgreSQL uses this code for a malformed message, which is then our error; poolers use it for any trouble of their own.
  if (code === "08P01" && error.routine !== undefined) return undefined;
  if (isConnectionStale(error)) return "passing";
  return postgresCodes.get(code) ?? postgresClasses.get(code.slice(0, 2));
}
