import { type Kysely, SqliteDialect } from "kysely";
import type { Tables } from "../tables.ts";
import { kyselyOnConnection, refuse } from "./one-connection.ts";
import { type Outcome, objectsOf } from "./sqlite-statements.ts";

/** A connection to SQLite, on this thread or another. */
export interface SqliteConnection {
  run(text: string, parameters: readonly unknown[]): Outcome | Promise<Outcome>;
  close?(): Promise<void>;
}

/** Kysely over one connection. Units of work are begun and committed around it, not by it. */
export function kyselyOnSqlite({ run, close }: SqliteConnection): Kysely<Tables> {
  return kyselyOnConnection(
    async <R>({ sql, parameters }: { readonly sql: string; readonly parameters: readonly unknown[] }) => {
      const outcome = await run(sql, parameters);
      if (outcome.columns !== undefined) return { rows: objectsOf<R>(outcome) };
      return { rows: [], numAffectedRows: BigInt(outcome.changes) };
    },
    new SqliteDialect({ database: { close: () => {}, prepare: refuse } }),
    close,
  );
}
