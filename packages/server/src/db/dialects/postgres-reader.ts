import { Kysely, PostgresDialect, type PostgresPoolClient } from "kysely";
import type pg from "pg";
import type { Tables } from "../tables.ts";
import { isConnectionStale } from "../unavailable.ts";
import { DatabaseBusy } from "./dialect.ts";
import type { PostgresPool } from "./postgres-pool.ts";
import { namedStatement } from "./statement-name.ts";

/** Reads on the connections of a pool, of which so many may wait for one. */
export function kyselyOver(pool: PostgresPool, mostWaiting = Number.POSITIVE_INFINITY): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: {
        connect: async () => {
          if (pool.waiting >= mostWaiting) throw new DatabaseBusy();
          return preparing(await pool.connect(), pool);
        },
        end: () => pool.end(),
        options: {},
      },
    }),
  });
}

const wrapped = new WeakMap<pg.PoolClient, PostgresPoolClient>();

/** Every statement is prepared once per connection, under a name made of its text. */
function preparing(client: pg.PoolClient, pool: PostgresPool): PostgresPoolClient {
  const known = wrapped.get(client);
  if (known !== undefined) return known;
  const preparingClient = {
    query: async (text: string, values: readonly unknown[] = []) => {
      const answer = client.query(namedStatement(text, values));
      answer.catch((error: unknown) => isConnectionStale(error) && pool.renew());
      return answer;
    },
    release: (broken?: boolean) => client.release(broken),
  } as unknown as PostgresPoolClient;
  wrapped.set(client, preparingClient);
  return preparingClient;
}
