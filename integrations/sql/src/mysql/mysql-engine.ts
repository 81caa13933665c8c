import type { Socket } from "node:net";
import type { FieldPacket, Connection as RawConnection, ResultSetHeader } from "mysql2";
import mysql, { type ConnectionOptions, type Pool, type PoolConnection } from "mysql2/promise";
import type { Connection, Dialect, Engine, Loading, Outcome, Row, Statement } from "../engine.ts";
import type { DatabasePlace } from "../place.ts";
import { leavesState } from "../session-state.ts";
import { explainMysql, isMysqlConnectionLost } from "./mysql-errors.ts";
import { mysqlTls } from "./mysql-tls.ts";
import { exactRows } from "./mysql-types.ts";

const maxConnections = 5;
const connectSeconds = 10;
/** The protocol counts the parameters of a statement in two bytes. */
const maxParameters = 65_000;

const dialect: Dialect = {
  mark: () => "?",
  repeatsValues: true,
  hasBackslashEscapes: true,
  quote: (name) => `\`${name.replaceAll("`", "``")}\``,
  bind(value) {
    if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
    if (value instanceof Date) return value.toISOString().slice(0, -1).replace("T", " ");
    if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return Array.isArray(value) ? undefined : value;
  },
};

/** MySQL and MariaDB by `mysql2`, with a few connections that are kept while the program works. They don't keep it from ending. */
export function openMysql(place: DatabasePlace): Engine {
  let pool: Promise<OpenPool> | undefined;
  const opened = async () => {
    pool ??= openPool(place);
    return await pool;
  };
  return {
    dialect,
    async connect() {
      const { pool, options } = await opened();
      return new MysqlConnection(await pool.getConnection(), options);
    },
    explain: (error) => explainMysql(error, place),
    isConnectionLost: isMysqlConnectionLost,
    async close() {
      const closing = pool;
      pool = undefined;
      await (await closing)?.pool.end();
    },
  };
}

interface OpenPool {
  readonly pool: Pool;
  /** For a connection beside those of the pool. */
  readonly options: ConnectionOptions;
}

async function openPool(place: DatabasePlace): Promise<OpenPool> {
  const { host, port, database, username, password, settings } = place;
  const ssl = await mysqlTls(place);
  const { unix_socket, connect_timeout = connectSeconds } = settings;
  const options: ConnectionOptions = {
    ...(unix_socket === undefined ? {} : { socketPath: String(unix_socket) }),
    host: host ?? "localhost",
    ...(port === undefined ? {} : { port }),
    ...(database === undefined ? {} : { database }),
    ...(username === undefined ? {} : { user: username }),
    ...(password === undefined ? {} : { password }),
    ...(ssl === undefined ? {} : { ssl }),
    connectTimeout: Number(connect_timeout) * 1000,
    charset: "utf8mb4",
    timezone: "Z",
    dateStrings: true,
    jsonStrings: true,
    supportBigNumbers: true,
  };
  const pool = mysql.createPool({ ...options, connectionLimit: maxConnections });
  pool.on("connection", (connection) => connection.query("SET time_zone = '+00:00'"));
  pool.on("acquire", (connection) => socketOf(connection).ref());
  pool.on("release", (connection) => socketOf(connection).unref());
  return { pool, options };
}

/** The socket of one of the pool's own connections, which its types don't tell. */
function socketOf(connection: unknown): Socket {
  return (connection as { readonly stream: Socket }).stream;
}

class MysqlConnection implements Connection {
  readonly #connection: PoolConnection;
  readonly #options: ConnectionOptions;
  /** Set while rows may still arrive. */
  #isReading = false;
  #isInTransaction = false;
  #hasState = false;

  constructor(connection: PoolConnection, options: ConnectionOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  async run(statement: Statement): Promise<Outcome> {
    this.#hasState ||= leavesState(statement.text);
    const [answer, fields] = await this.#limited(statement.timeoutSeconds, () => this.#send(statement));
    if (!Array.isArray(answer)) return { rows: [], changed: (answer as ResultSetHeader).affectedRows };
    return { rows: exactRows(answer as Row[], fields), changed: 0 };
  }

  async *stream(statement: Statement, batchRows: number): AsyncGenerator<readonly Row[]> {
    const { text, values } = statement;
    const raw = this.#connection.connection as unknown as RawConnection;
    const sent = values.length === 0 ? raw.query(text) : raw.execute(text, [...values] as never[]);
    let fields: readonly FieldPacket[] = [];
    sent.on("fields", (found: readonly FieldPacket[]) => (fields = found));
    this.#isReading = true;
    const rows = sent.stream({ highWaterMark: batchRows, objectMode: true });
    const stop = this.#stopAfter(statement.timeoutSeconds);
    try {
      let batch: Row[] = [];
      for await (const row of rows.iterator({ destroyOnReturn: false }) as AsyncIterable<Row>) {
        if (batch.push(row) < batchRows) continue;
        yield exactRows(batch, fields);
        batch = [];
      }
      this.#isReading = false;
      if (batch.length > 0) yield exactRows(batch, fields);
    } finally {
      stop();
      // A transaction goes on behind the rows that nobody wants.
      if (this.#isReading && this.#isInTransaction) for await (const _ of rows) this.#isReading = true;
      if (this.#isInTransaction) this.#isReading = false;
    }
  }

  async load({ table, columns, batches }: Loading): Promise<void> {
    const rowsAtOnce = Math.max(1, Math.floor(maxParameters / columns.length));
    const target = `${table.map(dialect.quote).join(".")} (${columns.map(dialect.quote).join(", ")})`;
    const places = `(${columns.map(() => "?").join(", ")})`;
    for await (const rows of batches) {
      for (let from = 0; from < rows.length; from += rowsAtOnce) {
        const part = rows.slice(from, from + rowsAtOnce);
        const text = `INSERT INTO ${target} VALUES ${part.map(() => places).join(", ")}`;
        await this.#connection.execute(text, part.flat() as never[]);
      }
    }
  }

  async begin(): Promise<void> {
    await this.#connection.beginTransaction();
    this.#isInTransaction = true;
  }

  async commit(): Promise<void> {
    await this.#connection.commit();
    this.#isInTransaction = false;
  }

  async rollback(): Promise<void> {
    await this.#connection.rollback();
    this.#isInTransaction = false;
  }

  async release(isBroken: boolean): Promise<void> {
    if (isBroken || this.#isReading || this.#isInTransaction || this.#hasState) this.#connection.destroy();
    else this.#connection.release();
  }

  #send({ text, values }: Statement) {
    return values.length === 0 ? this.#connection.query(text) : this.#connection.execute(text, [...values] as never[]);
  }

  async #limited<T>(seconds: number | undefined, act: () => Promise<T>): Promise<T> {
    const stop = this.#stopAfter(seconds);
    try {
      return await act();
    } finally {
      stop();
    }
  }

  /**
   * Has the server stop the statement, by another connection. Gives what calls that off. It is asked again and again, since it does nothing while the statement
   * is on its way.
   */
  #stopAfter(seconds: number | undefined): () => void {
    if (seconds === undefined) return () => {};
    const kill = () => {
      // The last of them may arrive behind the statement.
      this.#hasState = true;
      this.#kill().catch(() => {});
    };
    const timer = setInterval(kill, seconds * 1000);
    return () => clearInterval(timer);
  }

  async #kill(): Promise<void> {
    const other = await mysql.createConnection(this.#options);
    try {
      await other.query(`KILL QUERY ${Number(this.#connection.threadId)}`);
    } finally {
      other.destroy();
    }
  }
}
