import { type Kysely, PostgresDialect, type QueryResult } from "kysely";
import type pg from "pg";
import type { Tables } from "../tables.ts";
import type { Writer } from "./dialect.ts";
import { kyselyOnConnection, refuse } from "./one-connection.ts";
import { statementName } from "./statement-name.ts";

/**
 * What a connection does for one unit of work after the other. Most of what a statement costs is that two processes wake up
 * for it, so statements are sent together where they can be: BEGIN with the first one, those whose answers nobody needs with
 * the next one that is answered, and the last of them with COMMIT.
 */
interface Line {
  readonly writer: Writer;
  readonly deferred: Writer;
  /** Statements that have not been sent. */
  waiting: Statement[];
  /** What was sent and is answered to nobody. */
  sent: Promise<unknown>[];
}

interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

const lines = new WeakMap<pg.PoolClient, Line>();
const deferredOf = new WeakMap<Writer, Writer>();

/** Runs a unit of work in a transaction, on a connection that is its own meanwhile. */
export async function inTransaction<T>(pool: pg.Pool, work: (tx: Writer) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    const line = lineOf(client);
    send(line, client.query("BEGIN"));
    const value = await work(line.writer);
    sendWaiting(line, client);
    const commit = client.query("COMMIT");
    await Promise.all([...line.sent, commit]);
    // So it answers where a statement failed and nobody minded.
    if ((await commit).command !== "COMMIT")
      throw new Error("A statement failed, and PostgreSQL rolled all of them back");
    return value;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** A writer for statements of the same unit of work whose answers nobody needs. */
export function deferred(tx: Writer): Writer {
  return deferredOf.get(tx) ?? tx;
}

function lineOf(client: pg.PoolClient): Line {
  let line = lines.get(client);
  if (line === undefined) {
    line = makeLine(client);
    lines.set(client, line);
    deferredOf.set(line.writer, line.deferred);
  }
  line.waiting = [];
  line.sent = [];
  return line;
}

function makeLine(client: pg.PoolClient): Line {
  const line: Line = {
    writer: writerBy(async (statement) => {
      sendWaiting(line, client);
      const { rows, rowCount } = await client.query(statement);
      return { rows, numAffectedRows: BigInt(rowCount ?? 0) };
    }),
    deferred: writerBy(async (statement) => {
      line.waiting.push(statement);
      return { rows: [] };
    }),
    waiting: [],
    sent: [],
  };
  return line;
}

function sendWaiting(line: Line, client: pg.PoolClient): void {
  for (const statement of line.waiting) send(line, client.query(statement));
  line.waiting = [];
}

/** A failure is told when the unit commits, and before that by every statement that follows it. */
function send(line: Line, answer: Promise<unknown>): void {
  answer.catch(() => {});
  line.sent.push(answer);
}

function writerBy(run: <R>(statement: Statement) => Promise<QueryResult<R>>): Writer {
  const kysely: Kysely<Tables> = kyselyOnConnection(
    ({ sql, parameters }) => run({ name: statementName(sql), text: sql, values: [...parameters] }),
    new PostgresDialect({ pool: { connect: refuse, end: refuse, options: {} } as never }),
  );
  return kysely as Writer;
}
