import {
  BLOB,
  blobValue,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBPreparedStatement,
  type DuckDBResult,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
  listValue,
  timestampValue,
  VARCHAR,
} from "@duckdb/node-api";
import type { BoundInput, Connection, Dialect, Engine, Loading, Outcome, Row, Statement } from "../engine.ts";
import { InputProblem, oneStatement, refuseEqualNames } from "../input-problem.ts";
import type { DatabasePlace } from "../place.ts";
import { explainDuckdb } from "./duckdb-errors.ts";
import { exactValue } from "./duckdb-values.ts";

/** DuckDB takes rows in chunks of at most so many. */
const maxChunkRows = 2048;
const microsPerMillisecond = 1000n;
const loadTable = "ostinato_load";

const dialect: Dialect = {
  mark: (position) => `$${position}`,
  repeatsValues: false,
  hasBackslashEscapes: false,
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
  bind(value) {
    if (value instanceof Date) return timestampValue(BigInt(value.getTime()) * microsPerMillisecond);
    if (value instanceof Uint8Array) return blobValue(value);
    return Array.isArray(value) ? listValue(value as DuckDBValue[]) : value;
  },
};

/** DuckDB in the program itself. Callers have connections of their own to one instance. */
export function openDuckdb({ database = "", settings }: DatabasePlace): Engine {
  const path = database === "" ? ":memory:" : database;
  const config = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
  let instance: Promise<DuckDBInstance> | undefined;
  return {
    dialect,
    async connect() {
      instance ??= path === ":memory:" ? DuckDBInstance.create(path, config) : DuckDBInstance.fromCache(path, config);
      const opened = await instance.catch((error: unknown) => {
        instance = undefined;
        throw error;
      });
      const connection = await opened.connect();
      await connection.run("SET TimeZone = 'UTC'");
      return new DuckdbConnection(connection);
    },
    explain: explainDuckdb,
    isConnectionLost: () => false,
    async close() {
      const closing = instance;
      instance = undefined;
      (await closing)?.closeSync();
    },
  };
}

class DuckdbConnection implements Connection {
  readonly #connection: DuckDBConnection;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  async run(statement: Statement): Promise<Outcome> {
    return await this.#limited(statement, async () => {
      const prepared = await this.#prepared(statement);
      const result = await prepared.run();
      const rows: Row[] = [];
      for await (const chunk of result) rows.push(...rowsOf(result, chunk));
      const isCount = result.returnType === changedRows;
      return { rows: isCount ? [] : rows, changed: result.rowsChanged };
    });
  }

  async *stream(statement: Statement): AsyncGenerator<readonly Row[]> {
    const stop = this.#stopAfter(statement.timeoutSeconds);
    try {
      const prepared = await this.#prepared(statement);
      const result = await prepared.stream();
      for await (const chunk of result) yield rowsOf(result, chunk);
    } finally {
      stop();
    }
  }

  /** Rows go through a table of text, so that DuckDB itself makes them the types of the columns, and names what it can't. */
  async load({ table, columns, batches }: Loading): Promise<void> {
    const target = table.map(dialect.quote).join(".");
    const names = columns.map(dialect.quote).join(", ");
    const { columnTypes } = await this.#typesOf(`SELECT ${names} FROM ${target} LIMIT 0`);
    const staged = columnTypes.map((type) => (type.typeId === DuckDBTypeId.BLOB ? BLOB : VARCHAR));
    const staging = columns.map((column, at) => `${dialect.quote(column)} ${staged[at]}`).join(", ");
    await this.#connection.run(`CREATE TEMP TABLE ${loadTable} (${staging})`);
    try {
      for await (const rows of batches) {
        await this.#append(rows, staged);
        await this.#connection.run(`INSERT INTO ${target} (${names}) SELECT ${names} FROM temp.${loadTable}`);
        await this.#connection.run(`TRUNCATE temp.${loadTable}`);
      }
    } finally {
      // In a transaction that has failed nothing runs, and the table goes with it.
      await this.#connection.run(`DROP TABLE IF EXISTS temp.${loadTable}`).catch(() => {});
    }
  }

  async begin(): Promise<void> {
    await this.#connection.run("BEGIN TRANSACTION");
  }

  /** COMMIT of a transaction with a failed statement keeps nothing and reports no error; any other statement reports it. */
  async commit(): Promise<void> {
    await this.#connection.run("SELECT 1");
    await this.#connection.run("COMMIT");
  }

  async rollback(): Promise<void> {
    await this.#connection.run("ROLLBACK");
  }

  async release(): Promise<void> {
    this.#connection.closeSync();
  }

  /** The client would run the statements before the last one, and report nothing of them. */
  async #prepared({ text, values }: Statement): Promise<DuckDBPreparedStatement> {
    const statements = await this.#connection.extractStatements(text);
    if (statements.count > 1) throw new InputProblem(oneStatement);
    const prepared = await statements.prepare(0);
    prepared.bind([...values] as DuckDBValue[]);
    return prepared;
  }

  async #typesOf(text: string): Promise<{ readonly columnTypes: readonly DuckDBType[] }> {
    const result = await this.#connection.run(text);
    return { columnTypes: result.columnTypes() };
  }

  async #append(rows: readonly (readonly unknown[])[], types: readonly DuckDBType[]): Promise<void> {
    const appender = await this.#connection.createAppender(loadTable, "main", "temp");
    try {
      for (let from = 0; from < rows.length; from += maxChunkRows) {
        const part = rows.slice(from, from + maxChunkRows);
        const chunk = DuckDBDataChunk.create([...types], part.length);
        chunk.setColumns(types.map((type, at) => part.map((row) => stagedValue(row[at], type))));
        appender.appendDataChunk(chunk);
      }
    } finally {
      appender.closeSync();
    }
  }

  async #limited<T>({ timeoutSeconds }: Statement, act: () => Promise<T>): Promise<T> {
    const stop = this.#stopAfter(timeoutSeconds);
    try {
      return await act();
    } finally {
      stop();
    }
  }

  /** Interrupts the statement, again and again, since that does nothing before it runs. */
  #stopAfter(seconds: number | undefined): () => void {
    if (seconds === undefined) return () => {};
    const timer = setInterval(() => this.#connection.interrupt(), seconds * 1000);
    return () => clearInterval(timer);
  }
}

/** What DuckDB says of a statement that only counts the rows it has written. */
const changedRows = 1;

function rowsOf(result: DuckDBResult, chunk: DuckDBDataChunk): Row[] {
  const names = result.columnNames();
  refuseEqualNames(names);
  const columns = names.map((_, at) => chunk.convertColumnValues(at, exactValue));
  return Array.from({ length: chunk.rowCount }, (_, row) => {
    const made: Row = {};
    for (const [at, name] of names.entries()) made[name] = columns[at]?.[row];
    return made;
  });
}

/** Bound values as text, but for bytes where the column has bytes. */
function stagedValue(value: unknown, type: DuckDBType): DuckDBValue {
  if (value === null || type === BLOB) return value as DuckDBValue;
  return typeof value === "object" ? String(value) : String(value as BoundInput);
}
