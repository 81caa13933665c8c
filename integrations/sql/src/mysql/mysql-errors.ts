import type { DatabaseErrorCode, Explanation } from "../database-error.ts";
import type { DatabasePlace } from "../place.ts";
import { certificateProblem } from "../tls-errors.ts";

interface MysqlError {
  readonly message?: string;
  readonly code?: string;
  readonly fatal?: boolean;
}

interface Meaning {
  readonly code: DatabaseErrorCode;
  readonly advice: string;
}

const access: Meaning = {
  code: "DATABASE_ACCESS_DENIED",
  advice: "Check the user name and the password of the block.",
};
const value: Meaning = { code: "DATABASE_VALUE_REFUSED", advice: "Give a value that the type of the column takes." };
const constraint: Meaning = {
  code: "DATABASE_CONSTRAINT_VIOLATED",
  advice: "Change the rows so that the table's constraints hold.",
};
const busy: Meaning = { code: "DATABASE_BUSY", advice: "Another transaction was in the way: run it again." };
const timedOut: Meaning = {
  code: "DATABASE_TIMED_OUT",
  advice: "The server stopped the statement. Give it more timeoutSeconds, or less to do.",
};

/** By the server's names of its errors: https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html */
const meanings: Readonly<Record<string, Meaning>> = {
  ER_ACCESS_DENIED_ERROR: access,
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: access,
  ER_DBACCESS_DENIED_ERROR: access,
  ER_TABLEACCESS_DENIED_ERROR: { code: "DATABASE_ACCESS_DENIED", advice: "Grant it to the user of the block." },
  ER_BAD_DB_ERROR: { code: "DATABASE_NOT_FOUND", advice: "Create the database, or name another one in the block." },
  ER_NO_SUCH_TABLE: { code: "DATABASE_TABLE_NOT_FOUND", advice: "Create the table, or check its name." },
  ER_BAD_FIELD_ERROR: { code: "DATABASE_COLUMN_NOT_FOUND", advice: "Check the name of the column." },
  ER_TRUNCATED_WRONG_VALUE: value,
  ER_TRUNCATED_WRONG_VALUE_FOR_FIELD: value,
  ER_DATA_TOO_LONG: value,
  ER_WARN_DATA_OUT_OF_RANGE: value,
  WARN_DATA_TRUNCATED: value,
  ER_INVALID_JSON_TEXT: value,
  ER_DUP_ENTRY: constraint,
  ER_BAD_NULL_ERROR: constraint,
  ER_NO_REFERENCED_ROW_2: constraint,
  ER_ROW_IS_REFERENCED_2: constraint,
  ER_CHECK_CONSTRAINT_VIOLATED: constraint,
  ER_CONSTRAINT_FAILED: constraint,
  ER_LOCK_DEADLOCK: busy,
  ER_LOCK_WAIT_TIMEOUT: busy,
  ER_QUERY_INTERRUPTED: timedOut,
  ER_QUERY_TIMEOUT: timedOut,
  ER_STATEMENT_TIMEOUT: timedOut,
};

const lostCodes = new Set([
  "PROTOCOL_CONNECTION_LOST",
  "ECONNRESET",
  "EPIPE",
  "ER_SERVER_SHUTDOWN",
  "ER_CONNECTION_KILLED",
]);
const lostMessage = /closed state|connection lost|connection is closed/i;

export function isMysqlConnectionLost(error: unknown): boolean {
  const { code, message = "" } = error as MysqlError;
  return lostCodes.has(code ?? "") || lostMessage.test(message);
}

export function explainMysql(error: unknown, { host = "localhost", port = 3306 }: DatabasePlace): Explanation {
  const { code = "", message = String(error) } = error as MysqlError;
  const told = `${message === "" ? code : message}.`;
  if (isMysqlConnectionLost(error)) {
    return { code: "DATABASE_CONNECTION_LOST", message: `The connection was lost: ${told}` };
  }
  const distrust = certificateProblem(code, {
    authority: "ssl_ca",
    unchecked: "ssl_mode=REQUIRED",
    anyName: "ssl_mode=VERIFY_CA",
  });
  if (distrust !== undefined) return { code: "DATABASE_UNREACHABLE", message: `${told} ${distrust}` };
  if (/^E[A-Z]+$/.test(code)) {
    const advice = `Check that MySQL runs at ${host}:${port}, and that this machine reaches it.`;
    return { code: "DATABASE_UNREACHABLE", message: `${told} ${advice}` };
  }
  const known = meanings[code];
  if (known === undefined) return { code: "DATABASE_FAILED", message: told };
  return { code: known.code, message: `${told} ${known.advice}` };
}
