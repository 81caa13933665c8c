import { type Clock, sleep, systemClock } from "@ostinato/core";
import { CompiledQuery, sql } from "kysely";
import pg from "pg";
import type { Metrics } from "../../kernel/metrics.ts";
import { type Database, DatabaseUnavailable, maxSlowReads, type Work, type WriteOptions } from "../dialect.ts";
import { isConnectionStale, troubleOf } from "../unavailable.ts";
import { lostCommitResolver } from "./commit.ts";
import { GatheringSocket } from "./gathering-socket.ts";
import { alone, postgresGroups } from "./groups.ts";
import { keepingProcessAlive } from "./keep-alive.ts";
import { knownChanges } from "./known-changes.ts";
import { postgresNotices } from "./notices.ts";
import { postgresPool, queryOnce } from "./pool.ts";
import { kyselyOver } from "./reader.ts";
import { postgresTypes } from "./sql.ts";
import { inTransaction } from "./transaction.ts";

export interface PostgresOptions {
  readonly url: string;
  readonly clock: Clock;
  /** Connections for writes and quick reads. */
  readonly poolSize: number;
  /** A statement of a request may not run longer than this. */
  readonly statementSeconds: number;
  /** The time limit for a lock on a row or a table; 10 s by default. */
  readonly lockSeconds?: number;
  readonly metrics?: Metrics | undefined;
  /** Receives warnings for the operator. */
  readonly warn?: (message: string) => void;
}

const slowConnections = 2;

export function openPostgres(options: PostgresOptions): Database {
  const { url, clock, poolSize, metrics, warn = () => {} } = options;
  const client = connectionOptions(options);
  // These connections are optional; the server cannot work without the pool.
  const starved = () => {
    groups.rest();
    notices.rest();
  };
  const pool = postgresPool({ client, size: poolSize, clock, warn, starved });
  const slowPool = postgresPool({ client, size: slowConnections, clock, warn: () => {}, instead: pool });
  const quick = kyselyOver(pool);
  const pagesPool = postgresPool({ client, size: slowConnections, clock, warn: () => {}, instead: pool });
  const slow = kyselyOver(slowPool, { maxWaiting: maxSlowReads });
  const slowPools = { programs: slowPool, pages: pagesPool };
  /** Uses another connection, since the reading one is busy. */
  const cancel = (pid: number) => queryOnce(pool, "SELECT pg_cancel_backend($1)", [pid]);
  const notices = postgresNotices({ url, pool, clock: systemClock() });
  const resolveLostCommit = lostCommitResolver({ pool, clock });
  const changes = knownChanges({
    types: postgresTypes,
    metrics,
    wasKept: ({ kind, id, proofId }) =>
      write(async (tx) => {
        // The statement may still be under way, or on its way. This waits for it, or gives the row another version before it.
        await sql`UPDATE ${sql.table(kind.table)} SET id = id WHERE id = ${id}`.execute(tx);
        const { rows } = await sql`SELECT id FROM ${sql.table(kind.proof)} WHERE id = ${proofId}`.execute(tx);
        return rows.length > 0;
      }),
  });
  const groups = postgresGroups({
    resolveLostCommit,
    changes,
    client: () => new pg.Client({ ...client, lock_timeout: groupLockMillis }),
    metrics,
  });
  /** After a failover the address may lead to another server, but open connections still lead to the old one. */
  const openAnew = () => {
    for (const each of [pool, slowPool, pagesPool, groups, notices]) each.renew();
  };
  async function write<T>(work: Work<T>, { patienceSeconds = 10, together, change }: WriteOptions = {}): Promise<T> {
    if (change !== undefined) return groups.change(work, change);
    if (together !== undefined) {
      const value = await groups.run(work, together);
      if (value !== alone) return value;
    }
    const giveUp = clock.elapsed() + patienceSeconds;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await inTransaction({ pool, resolveLostCommit }, work);
      } catch (error) {
        // This error has waited already, and its transaction may have been committed.
        if (error instanceof DatabaseUnavailable) throw error;
        const trouble = troubleOf(error);
        if (trouble === undefined) throw error;
        if (isConnectionStale(error)) openAnew();
        const delay = Math.min(1, 0.01 * 2 ** attempt) * (0.5 + Math.random());
        if (trouble === "standing" || clock.elapsed() + delay > giveUp) throw asUnavailable(error);
        await sleep(clock, delay);
      }
    }
  }

  return {
    kind: "postgresql",
    types: postgresTypes,
    read: quick,
    slow,
    slowFor: ({ lane, signal }) => kyselyOver(slowPools[lane], { maxWaiting: maxSlowReads, signal, cancel }),
    write,
    // Autovacuum reuses the space of deleted rows.
    giveBackSpace: async () => 0,
    execute: async (statement) => {
      await quick.executeQuery(CompiledQuery.raw(statement));
    },
    file: undefined,
    notices,
    abandon() {
      for (const each of [pool, slowPool, pagesPool, groups]) each.abandon();
    },
    // Whoever closes waits for it, and connections that rest keep no process.
    close: () =>
      keepingProcessAlive(async () => {
        await notices.stop();
        await groups.close();
        await quick.destroy();
        await slow.destroy();
        await pagesPool.end();
      }),
  };
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

/** A group that waits longer for a row gives up: the owner of the lock may be waiting for a row of the group. */
const groupLockMillis = 100;

function connectionOptions({ url, statementSeconds, lockSeconds = 10 }: PostgresOptions): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: "ostinato",
    connectionTimeoutMillis: 5000,
    statement_timeout: statementSeconds * 1000,
    lock_timeout: lockSeconds * 1000,
    keepAlive: true,
    pipeline: true,
    stream: () => new GatheringSocket(),
    types: {
      getTypeParser: ((oid: number, format?: "text") =>
        parsers[oid] ?? pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  };
}
