import { type Clock, sleep } from "@ostinato/core";
import pg from "pg";
import { DatabaseUnavailable } from "../dialect.ts";
import { namedStatement } from "../statement-name.ts";
import { isOutOfConnections } from "../unavailable.ts";
import { cutOff } from "./keep-alive.ts";

/** Connections that are taken and given back. */
export interface PostgresPool {
  /** Waits for one that is free. Rejects with `DatabaseUnavailable` where PostgreSQL has none to spare, for 10 s; at a start for one. */
  connect(): Promise<pg.PoolClient>;
  readonly waiting: number;
  /** Closes the open connections as they become free, and opens new ones in their place. */
  renew(): void;
  /** Cuts all of them off. */
  abandon(): void;
  end(): Promise<void>;
}

export interface PoolOptions {
  readonly client: pg.ClientConfig;
  /** The desired number of connections. */
  readonly size: number;
  readonly clock: Clock;
  /** Told once, with a sentence, when PostgreSQL gives fewer. */
  readonly warn: (message: string) => void;
  /** Called when PostgreSQL refuses even the first connection: it should free one elsewhere. */
  readonly starved?: () => void;
  /** Whose connections are taken where this one gets none. */
  readonly instead?: PostgresPool;
}

const growAfterSeconds = 30;
const patienceSeconds = 10;
/** The patience at a start, when nobody is served yet and somebody may be waiting. */
const startPatienceSeconds = 1;

/**
 * A pool that adapts to the connections that PostgreSQL grants: once refused, it stays at its present size and callers wait for a
 * free connection. After a while it tries to grow again.
 */
export function postgresPool(options: PoolOptions): PostgresPool {
  const { size, clock, warn, starved, instead } = options;
  // One connection stays open: another user of this PostgreSQL could take its place.
  const min = instead === undefined ? 1 : 0;
  // A program without a server ends when its work does: connections that rest do not keep it.
  const pool = new pg.Pool({ ...options.client, max: size, min, allowExitOnIdle: true });
  const open = new Map<pg.PoolClient, number>();
  let generation = 0;
  let refusedAt = Number.NEGATIVE_INFINITY;
  let warned = false;
  let everOpen = false;

  // A broken connection emits an event that would end the process if unhandled. Its queries fail, and run again elsewhere.
  pool.on("error", () => {});
  pool.on("connect", (client) => {
    client.on("error", () => {});
    open.set(client, generation);
    everOpen = true;
  });
  pool.on("remove", (client) => open.delete(client));

  /** Whether there is a connection to wait for. */
  function shrink(): boolean {
    refusedAt = clock.elapsed();
    pool.options.max = Math.max(1, open.size);
    if (open.size < size && !warned) {
      warned = true;
      warn(
        `PostgreSQL gives ${open.size} connections of the ${size} that OSTINATO_DATABASE_POOL_SIZE asks for: what needs one waits for one of these. Lower it, or raise max_connections or the role's CONNECTION LIMIT.`,
      );
    }
    return open.size > 0;
  }

  function grow(): void {
    if (pool.options.max < size && clock.elapsed() - refusedAt >= growAfterSeconds) pool.options.max = size;
  }

  async function connect(): Promise<pg.PoolClient> {
    grow();
    const giveUp = clock.elapsed() + (everOpen ? patienceSeconds : startPatienceSeconds);
    for (let attempt = 0; ; ) {
      try {
        const client = await pool.connect();
        if (open.get(client) === generation) return client;
        client.release(true);
      } catch (error) {
        if (!isOutOfConnections(error)) throw error;
        if (shrink()) continue;
        if (instead !== undefined) return await instead.connect();
        starved?.();
        if (clock.elapsed() >= giveUp) throw noConnection(error);
        await sleep(clock, Math.min(0.5, 0.01 * 2 ** attempt));
        attempt += 1;
      }
    }
  }

  return {
    connect,
    get waiting() {
      return pool.waitingCount;
    },
    renew() {
      generation += 1;
    },
    abandon() {
      for (const client of open.keys()) cutOff(client);
    },
    end: () => pool.end(),
  };
}

function noConnection(cause: unknown): DatabaseUnavailable {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DatabaseUnavailable(
    `PostgreSQL has no connection to spare (${reason}). Raise max_connections or the role's CONNECTION LIMIT, or lower OSTINATO_DATABASE_POOL_SIZE of the servers that have them.`,
    { cause },
  );
}

/** One question on a connection of the pool. */
export function queryOnce<R extends pg.QueryResultRow>(
  pool: PostgresPool,
  text: string,
  values: readonly unknown[],
): Promise<pg.QueryResult<R>> {
  return onOneConnection(pool, (client) => client.query<R>(text, [...values]));
}

/** The same for a statement that is asked often: each connection keeps it prepared, and plans it once. */
export function preparedQueryOnce(pool: PostgresPool, text: string, values: readonly unknown[]): Promise<unknown> {
  return onOneConnection(pool, (client) => client.query(namedStatement(text, values)));
}

async function onOneConnection<T>(pool: PostgresPool, ask: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await ask(client);
  } finally {
    client.release();
  }
}
