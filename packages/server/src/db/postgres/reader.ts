import { setTimeout } from "node:timers/promises";
import { Kysely, PostgresDialect, type PostgresPoolClient } from "kysely";
import type pg from "pg";
import { DatabaseBusy, NoLongerWanted } from "../dialect.ts";
import { namedStatement } from "../statement-name.ts";
import type { Tables } from "../tables.ts";
import { isConnectionStale } from "../unavailable.ts";
import { Adapter, Compiler } from "./kysely.ts";
import type { PostgresPool } from "./pool.ts";

export interface ReadingOptions {
  /** A bound on the reads that wait for a connection. */
  readonly maxWaiting?: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
  /** Cancels the present statement of the backend process with this id. */
  readonly cancel?: (pid: number) => Promise<unknown>;
}

/** Reads on the connections of a pool. */
export function kyselyOver(pool: PostgresPool, options: ReadingOptions = {}): Kysely<Tables> {
  const { maxWaiting = Number.POSITIVE_INFINITY, signal } = options;
  const dialect = new PostgresDialect({
    pool: {
      connect: async () => {
        if (signal?.aborted === true) throw new NoLongerWanted();
        if (pool.waiting >= maxWaiting) throw new DatabaseBusy();
        const client = preparing(await pool.connect(), pool);
        return signal === undefined ? client : untilAborted(client, signal, options);
      },
      end: () => pool.end(),
      options: {},
    },
  });
  return new Kysely<Tables>({
    dialect: {
      createDriver: () => dialect.createDriver(),
      createAdapter: () => new Adapter(),
      createIntrospector: (db) => dialect.createIntrospector(db),
      createQueryCompiler: () => new Compiler(),
    },
  });
}

const wrapped = new WeakMap<pg.PoolClient, PreparingClient>();

/** Kysely's type of a pooled connection, with the members that a reader needs besides. */
type PreparingClient = PostgresPoolClient & { readonly processId: number | null };

/** Every statement is prepared once per connection, under a name made of its text. */
function preparing(client: pg.PoolClient, pool: PostgresPool): PreparingClient {
  const known = wrapped.get(client);
  if (known !== undefined) return known;
  const preparingClient = {
    processId: (client as { readonly processID?: number | null }).processID ?? null,
    query: async (text: string, values: readonly unknown[] = []) => {
      try {
        return await client.query(namedStatement(text, values));
      } catch (error) {
        if (isConnectionStale(error)) pool.renew();
        throw error;
      }
    },
    release: (broken?: boolean) => client.release(broken),
  } as unknown as PreparingClient;
  wrapped.set(client, preparingClient);
  return preparingClient;
}

const cancelAgainMillis = 50;

/** The connection goes back to the pool when the cancelling is over too, which might else meet the next statement. */
function untilAborted(client: PreparingClient, signal: AbortSignal, { cancel }: ReadingOptions): PostgresPoolClient {
  const query = client.query as unknown as (text: string, values?: readonly unknown[]) => Promise<unknown>;
  const ending = {
    query: async (text: string, values?: readonly unknown[]) => {
      if (signal.aborted) throw new NoLongerWanted();
      let cancelling: Promise<unknown> | undefined;
      let over = false;
      /** Repeats, because PostgreSQL ignores a cancellation before it has begun the statement. */
      const cancelUntilOver = async (pid: number) => {
        while (!over) {
          await cancel?.(pid).catch(() => {});
          if (!over) await setTimeout(cancelAgainMillis);
        }
      };
      const abort = () => {
        if (client.processId !== null) cancelling = cancelUntilOver(client.processId);
      };
      signal.addEventListener("abort", abort, { once: true });
      try {
        return await query(text, values);
      } catch (error) {
        throw signal.aborted ? new NoLongerWanted() : error;
      } finally {
        over = true;
        signal.removeEventListener("abort", abort);
        await cancelling;
      }
    },
    release: () => client.release(),
  };
  return ending as unknown as PostgresPoolClient;
}
