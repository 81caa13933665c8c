import {
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type Dialect,
  DummyDriver,
  PostgresIntrospector,
  type QueryResult,
  Transaction,
} from "kysely";
import type { Work, Writer } from "../dialect.ts";
import { type NamedStatement, namedStatement } from "../statement-name.ts";
import type { Tables } from "../tables.ts";
import { Adapter, Compiler } from "./kysely.ts";

export interface Ways {
  /** Runs a statement and gives its answer. */
  readonly ask: <R>(statement: NamedStatement) => Promise<QueryResult<R>>;
  /** Sees to it that a statement is run before the unit of work commits, and before the next one that is asked. */
  readonly defer: (statement: NamedStatement) => void;
}

/** The writers for a unit of work whose transaction is begun and ended around it. */
export function writersBy({ ask, defer }: Ways): Parameters<Work<unknown>> {
  const tx = writerOver((query) => ask(named(query)));
  const later = writerOver(async (query) => {
    defer(named(query));
    return { rows: [] };
  });
  return [tx, later];
}

function named({ sql: text, parameters }: CompiledQuery): NamedStatement {
  return namedStatement(text, parameters);
}

const adapter = new Adapter();
const compiler = new Compiler();
const driver = new DummyDriver();
const dialect: Dialect = {
  createAdapter: () => adapter,
  createDriver: () => driver,
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => compiler,
};

function writerOver(executeQuery: DatabaseConnection["executeQuery"]): Writer {
  const connection: DatabaseConnection = { executeQuery, streamQuery };
  const provider = {
    provideConnection: <T>(consumer: (given: DatabaseConnection) => Promise<T>) => consumer(connection),
  };
  const executor = new DefaultQueryExecutor(compiler, adapter, provider);
  return new Transaction<Tables>({ config: { dialect }, dialect, driver, executor });
}

function streamQuery(): never {
  throw new Error("A unit of work streams nothing");
}
