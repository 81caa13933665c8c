import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import Cursor from "pg-cursor";
import type { Connection, Dialect, Engine, Loading, Outcome, Row, Statement } from "../engine.ts";
import { refuseEqualNames } from "../input-problem.ts";
import type { DatabasePlace } from "../place.ts";
import { leavesState } from "../session-state.ts";
import { copyText } from "./copy-text.ts";
import { explainPostgresql, isPostgresqlConnectionLost } from "./postgresql-errors.ts";
import { isWithoutTls, type TlsAttempts, tlsAttempts } from "./postgresql-tls.ts";
import { exactTypes } from "./postgresql-types.ts";

const maxConnections = 5;
const connectSeconds = 10;

/** Moments are sent and read in UTC, in the one form of ISO 8601. */
const sessionOptions =
  "-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres -c bytea_output=hex -c extra_float_digits=1";

const dialect: Dialect = {
  mark: (position) => `$${position}`,
  repeatsValues: false,
  hasBackslashEscapes: false,
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
  bind(value) {
    if (typeof value === "string") return value.includes("\0") ? undefined : value;
    if (value instanceof Date) return value.toISOString();
    if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return typeof value === "bigint" ? String(value) : value;
  },
};

/** PostgreSQL by `pg`, with a few connections that are kept while the program works. They don't keep it from ending. */
export function openPostgresql(place: DatabasePlace): Engine {
  let pool: Promise<pg.Pool> | undefined;
  const connected = async () => {
    pool ??= openPool(place);
    try {
      return await (await pool).connect();
    } catch (error) {
      pool = undefined;
      throw error;
    }
  };
  return {
    dialect,
    async connect() {
      return new PostgresqlConnection(await connected());
    },
    explain: (error) => explainPostgresql(error, place),
    isConnectionLost: isPostgresqlConnectionLost,
    async close() {
      const opened = pool;
      pool = undefined;
      await (await opened)?.end();
    },
  };
}

/** Finds out whether the server has TLS by connecting once, where `sslmode` leaves it open. */
async function openPool(place: DatabasePlace): Promise<pg.Pool> {
  const [first, ...others] = await tlsAttempts(place);
  const ssl = others.length === 0 ? first : await reachable(place, [first ?? false, ...others]);
  const pool = new pg.Pool({ ...configOf(place, ssl), max: maxConnections, allowExitOnIdle: true });
  // An idle connection that the server ends is gone from the pool then, and nothing else has happened.
  pool.on("error", () => {});
  return pool;
}

async function reachable(place: DatabasePlace, attempts: TlsAttempts): Promise<TlsAttempts[number]> {
  const [attempt = false, ...others] = attempts;
  const client = new pg.Client(configOf(place, attempt));
  client.on("error", () => {});
  try {
    await client.connect();
    return attempt;
  } catch (error) {
    const isRefused = isWithoutTls(error) || (attempt === false && (error as { code?: string }).code === "28000");
    if (others.length === 0 || !isRefused) throw error;
    return await reachable(place, others);
  } finally {
    await client.end().catch(() => {});
  }
}

function configOf(place: DatabasePlace, ssl: TlsAttempts[number] | undefined): pg.ClientConfig {
  const { host, port, database, username, password, settings } = place;
  const { connect_timeout, application_name, options, target_session_attrs: _ } = settings;
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(database === undefined ? {} : { database }),
    ...(username === undefined ? {} : { user: username }),
    ...(password === undefined ? {} : { password }),
    ssl: ssl ?? false,
    types: exactTypes,
    application_name: String(application_name ?? "ostinato"),
    options: options === undefined ? sessionOptions : `${sessionOptions} ${options}`,
    connectionTimeoutMillis: Number(connect_timeout ?? connectSeconds) * 1000,
    keepAlive: true,
  };
}

class PostgresqlConnection implements Connection {
  readonly #client: pg.PoolClient;
  readonly #hear = () => {};
  #hasState = false;

  constructor(client: pg.PoolClient) {
    this.#client = client;
    // Without a listener an error of the connection ends the process; the running statement rejects with it.
    client.on("error", this.#hear);
  }

  async run(statement: Statement): Promise<Outcome> {
    this.#hasState ||= leavesState(statement.text);
    const { rows, fields, command, rowCount } = await this.#within(statement, () =>
      this.#client.query<Row>({
        text: statement.text,
        values: [...statement.values],
        queryMode: "extended",
      } as pg.QueryConfig),
    );
    refuseEqualNames(fields.map(({ name }) => name));
    return { rows, changed: command === "SELECT" ? 0 : (rowCount ?? 0) };
  }

  async *stream(statement: Statement, batchRows: number): AsyncGenerator<readonly Row[]> {
    await this.#limit(statement.timeoutSeconds);
    const cursor = this.#client.query(
      new Cursor<Row>(statement.text, [...statement.values], { types: exactTypes } as never),
    );
    try {
      for (let next = readFrom(cursor, batchRows); ; ) {
        const rows = await next;
        if (rows.length === 0) break;
        // The database works on the next batch while the program has this one.
        next = readFrom(cursor, batchRows);
        next.catch(() => {});
        yield rows;
      }
    } finally {
      await cursor.close().catch(() => {});
      await this.#limit(statement.timeoutSeconds === undefined ? undefined : 0).catch(() => {});
    }
  }

  async load({ table, columns, batches }: Loading): Promise<void> {
    const names = columns.map(dialect.quote).join(", ");
    const text = `COPY ${table.map(dialect.quote).join(".")} (${names}) FROM STDIN`;
    const copying = this.#client.query(copyFrom(text));
    await pipeline(Readable.from(texts(batches), { objectMode: true, highWaterMark: 1 }), copying);
  }

  async begin(): Promise<void> {
    await this.#client.query("BEGIN");
  }

  /** The server answers COMMIT of a transaction with a failed statement by ROLLBACK, and without an error. */
  async commit(): Promise<void> {
    const { command } = await this.#client.query("COMMIT");
    if (command !== "COMMIT") throw Object.assign(new Error("current transaction is aborted"), { code: "25P02" });
  }

  async rollback(): Promise<void> {
    await this.#client.query("ROLLBACK");
  }

  async release(isBroken: boolean): Promise<void> {
    // A transaction that a statement has begun would be the next caller's.
    const isClean = this.#client.getTransactionStatus() === "I";
    this.#client.removeListener("error", this.#hear);
    this.#client.release(isBroken || !isClean || this.#hasState);
  }

  async #within<T>({ timeoutSeconds }: Statement, act: () => Promise<T>): Promise<T> {
    await this.#limit(timeoutSeconds);
    try {
      return await act();
    } finally {
      if (timeoutSeconds !== undefined) await this.#limit(0).catch(() => {});
    }
  }

  /** The server keeps the time: a client that stops waiting leaves a statement that goes on. */
  async #limit(seconds: number | undefined): Promise<void> {
    if (seconds === undefined) return;
    await this.#client.query(
      seconds === 0 ? "RESET statement_timeout" : `SET statement_timeout = ${Math.ceil(seconds * 1000)}`,
    );
  }
}

function readFrom(cursor: Cursor<Row>, rows: number): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    cursor.read(rows, (error: Error | undefined, read, result: pg.QueryResult | undefined) => {
      if (error) return reject(error);
      try {
        refuseEqualNames(result?.fields.map(({ name }) => name) ?? []);
        resolve(read);
      } catch (problem) {
        reject(problem as Error);
      }
    });
  });
}

async function* texts(batches: Loading["batches"]): AsyncGenerator<string> {
  for await (const rows of batches) yield copyText(rows);
}
