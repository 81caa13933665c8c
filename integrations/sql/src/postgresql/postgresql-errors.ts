import type { DatabaseErrorCode, Explanation } from "../database-error.ts";
import type { DatabasePlace } from "../place.ts";
import { certificateProblem } from "../tls-errors.ts";
import { isWithoutTls } from "./postgresql-tls.ts";

/** What PostgreSQL tells of an error, as far as its driver hands it on. */
interface PostgresqlError {
  readonly message?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly where?: string;
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
const busy: Meaning = { code: "DATABASE_BUSY", advice: "Another transaction was in the way: run it again." };

/** By SQLSTATE, whole or by its class: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const meanings: Readonly<Record<string, Meaning>> = {
  "28P01": access,
  "28000": access,
  "3D000": { code: "DATABASE_NOT_FOUND", advice: "Create the database, or name another one in the block." },
  "42P01": { code: "DATABASE_TABLE_NOT_FOUND", advice: "Create the table, or check its name and its schema." },
  "3F000": { code: "DATABASE_TABLE_NOT_FOUND", advice: "Create the schema, or check its name." },
  "42703": { code: "DATABASE_COLUMN_NOT_FOUND", advice: "Check the name of the column." },
  "42501": { code: "DATABASE_ACCESS_DENIED", advice: "Grant it to the user of the block." },
  "57014": {
    code: "DATABASE_TIMED_OUT",
    advice: "The server stopped the statement and kept nothing of it. Give it more timeoutSeconds, or less to do.",
  },
  "40001": busy,
  "40P01": busy,
  "55P03": busy,
  "53300": {
    code: "DATABASE_UNREACHABLE",
    advice: "The server has no connection left: run fewer programs, or raise max_connections.",
  },
  "22": value,
  "08P01": value,
  "23": { code: "DATABASE_CONSTRAINT_VIOLATED", advice: "Change the rows so that the table's constraints hold." },
};

const lostCodes = new Set(["57P01", "57P02", "57P05", "25P03", "ECONNRESET", "EPIPE"]);
const starting = new Set(["57P03"]);
const lostMessage = /connection terminated|connection ended|client was closed|not queryable|connection error/i;

/** A server that dies sends no code at all. */
export function isPostgresqlConnectionLost(error: unknown): boolean {
  const { code, message = "" } = error as PostgresqlError;
  return code === undefined
    ? lostMessage.test(message)
    : lostCodes.has(code) || (code.startsWith("08") && code !== "08P01");
}

export function explainPostgresql(error: unknown, { host = "localhost", port = 5432 }: DatabasePlace): Explanation {
  const { code, message = String(error), detail, hint, where } = error as PostgresqlError;
  const told = sentences([message, detail, hint, where?.startsWith("COPY") ? where : undefined]);
  if (isPostgresqlConnectionLost(error)) {
    return { code: "DATABASE_CONNECTION_LOST", message: `The connection was lost: ${told}` };
  }
  const distrust = certificateProblem(code, {
    authority: "sslrootcert",
    unchecked: "sslmode=require",
    anyName: "sslmode=verify-ca",
  });
  if (distrust !== undefined) return { code: "DATABASE_UNREACHABLE", message: `${told} ${distrust}` };
  if (isWithoutTls(error)) {
    const advice = "Turn ssl on in the settings of PostgreSQL, or give sslmode=disable where the network is safe.";
    return { code: "DATABASE_UNREACHABLE", message: `${told} ${advice}` };
  }
  const isAway =
    code === undefined
      ? /timeout exceeded|timeout expired/.test(message)
      : starting.has(code) || /^E[A-Z_]+$/.test(code);
  if (isAway) {
    const advice = `Check that PostgreSQL runs at ${host}:${port}, and that this machine reaches it.`;
    return { code: "DATABASE_UNREACHABLE", message: `${told === "." ? `${code}.` : told} ${advice}` };
  }
  const known = meanings[code ?? ""] ?? meanings[code?.slice(0, 2) ?? ""];
  if (known === undefined) return { code: "DATABASE_FAILED", message: told };
  return { code: known.code, message: `${told} ${known.advice}` };
}

function sentences(parts: readonly (string | undefined)[]): string {
  const said = parts.filter((part): part is string => part !== undefined && part !== "");
  return said.map((part) => (part.endsWith(".") ? part : `${part}.`)).join(" ") || ".";
}
