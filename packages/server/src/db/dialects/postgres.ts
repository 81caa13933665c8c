import { type Clock, sleep } from "@ostinato/core";
import { CompiledQuery, Kysely, PostgresDialect, type PostgresPoolClient, type RawBuilder, sql } from "kysely";
import pg from "pg";
import type { Metrics } from "../../metrics.ts";
import type { Tables } from "../tables.ts";
import { isUnavailable } from "../unavailable.ts";
import {
  type ColumnTypes,
  type Database,
  DatabaseBusy,
  DatabaseUnavailable,
  mostSlowReads,
  type Notices,
  type Sql,
} from "./dialect.ts";
import { GatheringSocket } from "./gathering-socket.ts";
import { insertRowsAsJson } from "./insert-rows.ts";
import { fateBy } from "./postgres-commit.ts";
import { alone, postgresGroups } from "./postgres-groups.ts";
import { holdProcess } from "./postgres-hold.ts";
import { inTransaction } from "./postgres-transaction.ts";
import { deferred } from "./postgres-writer.ts";
import { statementName } from "./statement-name.ts";
import { caselessPart, patternOf } from "./text-search.ts";

const postgresTypes: ColumnTypes = {
  uuid: "uuid",
  moment: "bigint",
  integer: "integer",
  flag: "smallint",
  json: "text",
  searchableJson: "jsonb",
};

export interface PostgresOptions {
  readonly url: string;
  readonly clock: Clock;
  /** Connections for writes and quick reads. */
  readonly poolSize: number;
  /** A statement of a request may not run longer than this. */
  readonly statementSeconds: number;
  readonly metrics?: Metrics | undefined;
}

export function openPostgres({ url, clock, poolSize, statementSeconds, metrics }: PostgresOptions): Database {
  const pool = openPool(url, poolSize, statementSeconds);
  const slowPool = openPool(url, 2, statementSeconds);
  const quick = kyselyOver(pool);
  const slow = kyselyOver(slowPool, mostSlowReads);
  const notices = postgresNotices(url, clock, pool);
  const askFate = fateBy({ pool, clock });
  const groups = postgresGroups({
    askFate,
    client: () => new pg.Client({ ...connectionOptions(url, statementSeconds), lock_timeout: lockMillis }),
    metrics,
  });
  return {
    kind: "postgresql",
    sql: postgresSql,
    types: postgresTypes,
    read: quick,
    slow,
    async write(work, { patienceSeconds = 10, together } = {}) {
      if (together !== undefined) {
        const value = await groups.run(work, together);
        if (value !== alone) return value;
      }
      for (let attempt = 0, waited = 0; ; attempt += 1) {
        try {
          return await inTransaction({ pool, askFate }, work);
        } catch (error) {
          const delay = Math.min(1, 0.01 * 2 ** attempt) * (0.5 + Math.random());
          // That one has been patient already, and may have been kept.
          if (error instanceof DatabaseUnavailable || !mayBeTriedAgain(error)) throw error;
          if (waited + delay > patienceSeconds) throw asUnavailable(error);
          waited += delay;
          await sleep(clock, delay);
        }
      }
    },
    deferred,
    // Autovacuum lets new rows take the room of those that are gone.
    giveBackSpace: async () => 0,
    execute: async (statement) => {
      await quick.executeQuery(CompiledQuery.raw(statement));
    },
    notices,
    async close() {
      await notices.stop();
      await groups.close();
      await quick.destroy();
      await slow.destroy();
    },
  };
}

/** Serialization failure, deadlock, and all of class 08 (connection) and 57P (shutting down). */
function mayBeTriedAgain(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? "";
  return code === "40001" || code === "40P01" || isUnavailable(error);
}

function asUnavailable(error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  return new DatabaseUnavailable(`The database can't be used now: ${reason}`, { cause: error });
}

/** Moments fit in a JavaScript number, and JSON stays the text that SQLite gives too. */
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  [pg.types.builtins.INT8]: Number,
  [pg.types.builtins.NUMERIC]: Number,
  [pg.types.builtins.JSON]: (text) => text,
  [pg.types.builtins.JSONB]: (text) => text,
};

/** A group that waits longer for a row gives way: whoever holds it may be waiting for a row of the group. */
const lockMillis = 100;

function connectionOptions(url: string, statementSeconds: number): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: "ostinato",
    connectionTimeoutMillis: 5000,
    statement_timeout: statementSeconds * 1000,
    keepAlive: true,
    pipeline: true,
    stream: () => new GatheringSocket(),
    types: {
      getTypeParser: ((oid: number, format?: "text") =>
        parsers[oid] ?? pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  };
}

function openPool(url: string, max: number, statementSeconds: number): pg.Pool {
  // A program without a server ends when its work does: connections that rest do not keep it.
  const pool = new pg.Pool({ ...connectionOptions(url, statementSeconds), max, allowExitOnIdle: true });
  // A connection that breaks tells so by an event that would end the process; its queries fail, and are run again elsewhere.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

function kyselyOver(pool: pg.Pool, mostWaiting = Number.POSITIVE_INFINITY): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: {
        connect: async () => {
          if (pool.waitingCount >= mostWaiting) throw new DatabaseBusy();
          return preparing(await pool.connect());
        },
        end: () => pool.end(),
        options: pool.options,
      },
    }),
  });
}

const wrapped = new WeakMap<pg.PoolClient, PostgresPoolClient>();

/** Every statement is prepared once per connection, under a name made of its text. */
function preparing(client: pg.PoolClient): PostgresPoolClient {
  const known = wrapped.get(client);
  if (known !== undefined) return known;
  const preparingClient = {
    query: (text: string, values: readonly unknown[] = []) =>
      client.query({ name: statementName(text), text, values: [...values] }),
    release: (broken?: boolean) => client.release(broken),
  } as unknown as PostgresPoolClient;
  wrapped.set(client, preparingClient);
  return preparingClient;
}

const channel = "ostinato";

/** LISTEN on a connection of its own, opened again when it breaks; `lost` tells that messages may have been missed. */
function postgresNotices(url: string, clock: Clock, pool: pg.Pool): Notices & { stop(): Promise<void> } {
  const stopping = new AbortController();
  let client: pg.Client | undefined;

  async function listenOnce(receive: (message: string) => void, heard: () => void): Promise<void> {
    client = new pg.Client({ connectionString: url, application_name: "ostinato-listen", keepAlive: true });
    const broken = new Promise<void>((resolve) => {
      client?.once("end", resolve);
      client?.once("error", () => resolve());
    });
    client.on("notification", ({ payload }) => payload !== undefined && receive(payload));
    await client.connect();
    await client.query(`LISTEN ${channel}`);
    holdProcess(client, false);
    heard();
    void broken.then(() => client?.end().catch(() => {}));
    return broken;
  }

  return {
    async send(messages) {
      await pool
        .query("SELECT pg_notify($1, message) FROM unnest($2::text[]) AS given(message)", [channel, messages])
        .catch(() => {});
    },
    listen: (receive, lost) =>
      new Promise((resolve) => {
        const keepListening = async () => {
          while (!stopping.signal.aborted) {
            await listenOnce(receive, resolve).catch(() => {});
            resolve(); // Also where the first attempt fails: the next ones go on.
            lost();
            await sleep(clock, 0.5, stopping.signal).catch(() => {});
          }
        };
        void keepListening();
      }),
    async stop() {
      stopping.abort();
      await client?.end().catch(() => {});
    },
  };
}

function holdsPart(column: string, text: string): RawBuilder<unknown> {
  const part = caselessPart(text);
  return part === undefined ? sql`` : sql`${sql.ref(column)} LIKE ${patternOf(part)} AND`;
}

/** Ignoring case by the rules of a language takes three times as long, and finds no more where only ASCII is looked for. */
function collationToSearch(text: string): RawBuilder<unknown> {
  return /^[\x20-\x7e]*$/.test(text) ? sql`COLLATE "C"` : sql``;
}

const postgresSql: Sql = {
  contains: (column, text) =>
    sql`(${holdsPart(column, text)} ${sql.ref(column)} ${collationToSearch(text)} ILIKE ${patternOf(text)})`,
  holdsAll: (column, values) => sql`${sql.ref(column)} @> ${JSON.stringify(values)}::jsonb`,
  holdsAny: (column, values) => sql`${sql.ref(column)} ?| ${values}::text[]`,
  isEmptyArray: (column) => sql`jsonb_array_length(${sql.ref(column)}) = 0`,
  elementsOf: (column, alias) => sql`jsonb_array_elements(${sql.ref(column)}::jsonb) AS ${sql.ref(alias)}(value)`,
  jsonField: (column, key) => sql`${sql.ref(column)}::jsonb ->> ${key}`,
  rowsOf(json, columns) {
    const fields = Object.entries(columns).map(
      ([name, type]) => sql`${sql.ref(name)} ${sql.raw(type === "text" ? "text" : postgresTypes[type])}`,
    );
    return sql`(SELECT * FROM jsonb_to_recordset(${json}::jsonb) AS input(${sql.join(fields)}))`;
  },
  insertRows: (reader, insert) => insertRowsAsJson(reader, insert, postgresTypes),
  tryLock: (number) => sql`pg_try_advisory_xact_lock(${sql.lit(number)})`,
  rowLock: (table) => sql`FOR NO KEY UPDATE OF ${sql.ref(table)}`,
};
