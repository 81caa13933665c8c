/** Of the connection to a database over the network. */
const systemCodes = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND"]);

/** SQLite's primary codes for a database that can't be used now: busy, locked, out of memory, I/O, full, can't open. */
const sqliteCodes = new Set([5, 6, 7, 10, 13, 14]);

/** Whether an error of a driver says that the database is locked, full, shutting down or gone, and may come back. */
export function isUnavailable(error: unknown): boolean {
  const { code = "", errcode, message = "" } = error as DriverError;
  if (errcode !== undefined) return sqliteCodes.has(errcode & 0xff);
  return (
    systemCodes.has(code) ||
    /^(08|53|57P|58)[0-9A-Z]+$/.test(code) ||
    /Connection terminated|connection error|timeout exceeded when trying to connect/.test(message)
  );
}

interface DriverError {
  readonly code?: string;
  readonly errcode?: number;
  readonly message?: string;
}
