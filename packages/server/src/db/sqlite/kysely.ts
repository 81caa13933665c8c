import {
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  type RawNode,
  SqliteAdapter,
  SqliteDialect,
  SqliteQueryCompiler,
} from "kysely";
import { checkParameters } from "../dialect.ts";
import { type AdapterOfDialect, nodeIn } from "../portable.ts";
import type { Tables } from "../tables.ts";
import { sqliteSql } from "./sql.ts";
import { type Outcome, objectsOf } from "./statements.ts";

/** A connection to SQLite, on this thread or another. */
export interface SqliteConnection {
  run(text: string, parameters: readonly unknown[]): Outcome | Promise<Outcome>;
  close?(): Promise<void>;
}

/** Kysely over one connection. Units of work are begun and committed around it, not by it. */
export function kyselyOnSqlite({ run, close }: SqliteConnection): Kysely<Tables> {
  const connection: DatabaseConnection = {
    async executeQuery<R>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) {
      checkParameters(parameters.length);
      const outcome = await run(sql, parameters);
      if (outcome.columns !== undefined) return { rows: objectsOf<R>(outcome) };
      return { rows: [], numAffectedRows: BigInt(outcome.changes) } satisfies QueryResult<R>;
    },
    streamQuery: refuse,
  };
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    releaseConnection: async () => {},
    destroy: async () => close?.(),
  };
  const dialect = new SqliteDialect({ database: { close: () => {}, prepare: refuse } });
  return new Kysely<Tables>({
    dialect: {
      createDriver: () => driver,
      createAdapter: () => new Adapter(),
      createIntrospector: (db) => dialect.createIntrospector(db),
      createQueryCompiler: () => new Compiler(),
    },
  });
}

function refuse(): never {
  throw new Error("Kysely only runs queries here: transactions are the work of `write`");
}

/** Queries take turns by themselves: Kysely would let them wait without a bound, and out of sight. */
class Adapter extends SqliteAdapter implements AdapterOfDialect {
  readonly dialect = sqliteSql;

  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class Compiler extends SqliteQueryCompiler {
  protected override visitRaw(node: RawNode): void {
    super.visitRaw(nodeIn(sqliteSql, node));
  }
}
