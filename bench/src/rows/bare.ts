import { rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";

/** A database with one table and no server. */
export interface Bare {
  /** Number of simultaneous writers. */
  readonly writers: number;
  /** Adds one row in its own transaction. */
  commit(): Promise<void>;
  commitTogether(rows: number): Promise<void>;
  read(id: number): Promise<void>;
  close(): Promise<void>;
}

const text = "x".repeat(300);

export async function bareSqlite(file: string): Promise<Bare> {
  const database = new DatabaseSync(file);
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE bare (id integer PRIMARY KEY, body text)",
  );
  const insert = database.prepare("INSERT INTO bare (body) VALUES (?)");
  const read = database.prepare("SELECT * FROM bare WHERE id = ?");
  return {
    writers: 1,
    async commit() {
      insert.run(text);
    },
    async commitTogether(rows) {
      database.exec("BEGIN");
      for (let index = 0; index < rows; index += 1) insert.run(text);
      database.exec("COMMIT");
    },
    async read(id) {
      read.get(id);
    },
    async close() {
      database.close();
      for (const ending of ["", "-wal", "-shm"]) await rm(file + ending, { force: true });
    },
  };
}

const insertion = { name: "insert", text: "INSERT INTO bare (body) VALUES ($1)", values: [text] };

export async function barePostgres(url: string, writers: number): Promise<Bare> {
  const pool = new pg.Pool({ connectionString: url, max: writers });
  await pool.query("CREATE TABLE bare (id bigserial PRIMARY KEY, body text)");
  return {
    writers,
    async commit() {
      await pool.query(insertion);
    },
    async commitTogether(rows) {
      const client = await pool.connect();
      await client.query("BEGIN");
      for (let index = 0; index < rows; index += 1) await client.query(insertion);
      await client.query("COMMIT");
      client.release();
    },
    async read(id) {
      await pool.query({ name: "read", text: "SELECT * FROM bare WHERE id = $1", values: [id] });
    },
    async close() {
      await pool.query("DROP TABLE bare");
      await pool.end();
    },
  };
}
