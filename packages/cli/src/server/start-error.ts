import { statfsSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { systemReasons } from "@ostinato/core";
import type { Config } from "@ostinato/server/config";
import { CliError, codeOf, sentenceOf } from "../errors.ts";
import { spanText } from "../output/moments.ts";
import { type Answerer, askServer } from "./ask-server.ts";

/** Explains in a sentence why a server could not start, and what to do about it. */
export async function startError(error: unknown, config: Config): Promise<Error> {
  const code = codeOf(error);
  const { host, port } = config;
  switch (code) {
    case "EADDRINUSE":
      return new CliError(await takenPort(config), { cause: error });
    case "EADDRNOTAVAIL":
    case "EAI_AGAIN":
      return new CliError(`This machine has no address ${host} to listen on. Give one that it has with --host.`, {
        cause: error,
      });
    case "ENOTFOUND":
      if (config.database.kind === "postgresql") break;
      return new CliError(`The host name ${host} is not known. Give an address of this machine with --host.`, {
        cause: error,
      });
  }
  if (code === "EACCES" && (error as { syscall?: string }).syscall === "listen") {
    return new CliError(`Port ${port} needs rights that this user does not have. Choose one above 1023 with --port.`, {
      cause: error,
    });
  }
  return databaseError(error, config) ?? toError(error);
}

/** Explains a database that can't be opened; undefined for other errors. */
export function databaseError(error: unknown, config: Config): CliError | undefined {
  const code = codeOf(error) ?? "";
  const cause = (error as { cause?: unknown }).cause;
  if (code === "DATABASE_UNAVAILABLE" && cause !== undefined) return databaseError(cause, config);
  const sentence =
    config.database.kind === "sqlite"
      ? sqliteSentence(error, config.database.file, config)
      : postgresSentence(error, config.database.url);
  return sentence === undefined ? undefined : new CliError(sentence, { cause: error });
}

function sqliteSentence(error: unknown, file: string, config: Config): string | undefined {
  const { code = "", path, errcode = 0 } = error as { code?: string; path?: string; errcode?: number };
  const elsewhere = file.startsWith(config.home)
    ? "Name a folder of yours in OSTINATO_HOME."
    : "Name another file in OSTINATO_DATABASE_URL.";
  const reason = systemReasons[code];
  if (reason !== undefined)
    return `${path ?? dirname(file)} ${reason}, so the database can't be kept there. ${elsewhere}`;
  const full = mayBeFull.has(errcode & 0xff) && isFull(dirname(file));
  if (full) return `The database file ${file} can't be used: the disk is full. Free some space, and start again.`;
  const sqliteReason = sqliteReasons[errcode & 0xff];
  return sqliteReason === undefined ? undefined : `The database file ${file} ${sqliteReason}. ${elsewhere}`;
}

/** SQLite often reports a full disk by other codes. */
const mayBeFull = new Set([10, 13, 14]);

function isFull(folder: string): boolean {
  try {
    return statfsSync(folder).bavail === 0;
  } catch {
    return false;
  }
}

const sqliteReasons: Readonly<Record<number, string>> = {
  5: "is locked by another program",
  6: "is locked by another program",
  8: "is read-only",
  10: "can't be read or written: the disk reports an error",
  11: "is damaged",
  13: "can't grow: the disk is full",
  14: "can't be opened: it, or its folder, is not writable",
  26: "is not a SQLite database",
};

function postgresSentence(error: unknown, address: string): string | undefined {
  const code = codeOf(error instanceof AggregateError ? error.errors[0] : error) ?? "";
  const { host, pathname, username } = new URL(address);
  const check = "Check OSTINATO_DATABASE_URL.";
  switch (code) {
    case "ECONNREFUSED":
      return `PostgreSQL does not answer at ${host}: the connection was refused. Start it, or check OSTINATO_DATABASE_URL.`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `The host of PostgreSQL, ${host}, is unknown. ${check}`;
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return `PostgreSQL at ${host} can't be reached. ${check}`;
    case "28P01":
    case "28000":
      return `PostgreSQL at ${host} refuses the user "${decodeURIComponent(username)}" or the password. ${check}`;
    case "3D000":
      return `PostgreSQL at ${host} has no database "${decodeURIComponent(pathname.slice(1))}". Create it, or check OSTINATO_DATABASE_URL.`;
    case "42501":
      return `PostgreSQL at ${host} does not let the user "${decodeURIComponent(username)}" create tables (${sentenceOf(error)}). Grant it, or name another user in OSTINATO_DATABASE_URL.`;
    default:
      return undefined;
  }
}

async function takenPort({ host, port, basePath }: Config): Promise<string> {
  const address = `http://${reachable(host)}:${port}`;
  const answer = await askServer(`${address}${basePath}api`);
  const free = await nextFreePort(host, port);
  const choose = `choose another port: ostinato server start --port ${free}`;
  return answer.kind === "ostinato"
    ? `Port ${port} is taken by ${describe(answer)}. Use that one at ${address}${basePath}, or ${choose}`
    : `Port ${port} is taken by ${describe(answer)}. End it, or ${choose}`;
}

function describe(answer: Answerer): string {
  switch (answer.kind) {
    case "ostinato": {
      const running = spanText((Date.now() - Date.parse(answer.started)) / 1000);
      return `an Ostinato server (${answer.version} on ${answer.database}, running for ${running})`;
    }
    case "prefect":
      return `a server with the Prefect API (${answer.version})`;
    case "locked":
      return "a server that asks for a password";
    case "other":
      return "a web server that is not Ostinato";
    default:
      return "another program";
  }
}

/** An address of this machine for a server that listens on all addresses. */
export function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "::" || host === "") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

async function nextFreePort(host: string, taken: number): Promise<number> {
  for (let port = taken + 1; port < Math.min(taken + 20, 65_536); port += 1) {
    if (await isFree(host, port)) return port;
  }
  return 0;
}

function isFree(host: string, port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen({ host, port }, () => probe.close(() => resolve(true)));
  });
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
