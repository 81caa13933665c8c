import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** A DuckDB database in memory: the engine that reads and writes the Parquet files, which are the data. */
export interface Database extends Disposable {
  run(sql: string): Promise<void>;
  /** Rows as objects. The query names their shape, so cast counts and means (`::int`, `::double`) to get numbers. */
  rows<Row>(sql: string): Promise<readonly Row[]>;
  /** The one row of a query that always has one, such as an aggregate. */
  row<Row>(sql: string): Promise<Row>;
  /** Columns by name, for a model: numbers and strings. */
  columns(sql: string): Promise<Record<string, readonly unknown[]>>;
}

export async function openDatabase(): Promise<Database> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  return new DuckDB(instance, connection);
}

/** A string as an SQL literal: COPY and FROM take no parameters for file names. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `read_parquet([...])` over some files. */
export function parquet(paths: readonly string[]): string {
  return `read_parquet([${paths.map(literal).join(", ")}])`;
}

class DuckDB implements Database {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  async rows<Row>(sql: string): Promise<readonly Row[]> {
    const reader = await this.#connection.runAndReadAll(sql);
    return reader.getRowObjectsJS() as Row[];
  }

  async row<Row>(sql: string): Promise<Row> {
    const [first] = await this.rows<Row>(sql);
    if (first === undefined) throw new Error(`This query should have returned a row and returned none:\n${sql}`);
    return first;
  }

  async columns(sql: string): Promise<Record<string, readonly unknown[]>> {
    const reader = await this.#connection.runAndReadAll(sql);
    return reader.getColumnsObjectJS();
  }

  [Symbol.dispose](): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}
