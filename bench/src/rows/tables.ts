import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { checkpoint } from "@ostinato/parquet";
import { database } from "@ostinato/sql";
import { type Postgres, startPostgres } from "@ostinato/testing/postgres";
import pg from "pg";
import Cursor from "pg-cursor";
import { type Group, group, type Work } from "../group.ts";
import { amount, repeat } from "../row.ts";

interface TablesStage {
  readonly postgres: Postgres;
  readonly folder: string;
}

const streamedRows = 1_000_000;
const keptRows = 3_000_000;
const batchRows = 1000;

/** Large tables by the integrations, beside the clients that they use. */
export const tables: Group = group<TablesStage>({
  name: "tables",
  async open() {
    const [postgres, folder] = await Promise.all([
      startPostgres({ onDisk: true }),
      mkdtemp(join(tmpdir(), "bench-tables-")),
    ]);
    return { postgres, folder };
  },
  async close({ postgres, folder }) {
    await postgres.dispose();
    await rm(folder, { recursive: true, maxRetries: 5 });
  },
  works: [streaming(), keeping()],
});

function streaming(): Work<TablesStage> {
  return {
    rows: [
      { row: "sql stream of a million rows: time by that of pg's cursor", unit: "×" },
      { row: "sql stream of a million rows: rows", unit: "/s" },
      { row: "sql stream of a million rows: memory above the start", unit: "MB" },
    ],
    how: (effort) =>
      `\`stream\` of @ostinato/sql over ${amount(effort, streamedRows)} rows of five columns in PostgreSQL, divided by pg-cursor with batches of ${batchRows}, run right before it; each looks at every row`,
    async measure({ postgres: { url, execute } }, effort) {
      const rows = amount(effort, streamedRows);
      await execute("DROP TABLE IF EXISTS trips");
      await execute(`CREATE TABLE trips AS SELECT i AS id, timestamptz '2024-01-01' + i * interval '1 second' AS pickup,
        (i % 1000)::numeric(10, 2) / 7 AS fare, 'zone ' || (i % 263) AS zone, i::float8 / 3 AS miles
        FROM generate_series(1::int8, ${rows}) i`);
      await ours(url);
      const before = process.memoryUsage().rss;
      const runs = await repeat(effort.runs, async () => {
        const plain = await timed(() => byCursor(url));
        const own = await timed(() => ours(url));
        if (plain.value !== rows || own.value.count !== rows) throw new Error("A stream lost rows.");
        return { ratio: own.seconds / plain.seconds, rate: rows / own.seconds, peak: own.value.peakBytes - before };
      });
      return [
        runs.map(({ ratio }) => ratio),
        runs.map(({ rate }) => rate),
        runs.map(({ peak }) => Math.max(0, peak) / 1e6),
      ];
    },
  };
}

async function ours(url: string): Promise<{ readonly count: number; readonly peakBytes: number }> {
  await using db = database(url);
  let count = 0;
  let peakBytes = 0;
  for await (const { id } of db.stream<{ id: number }>("SELECT * FROM trips")) {
    if (id > 0) count += 1;
    if (count % 50_000 === 0) peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
  }
  return { count, peakBytes };
}

async function byCursor(url: string): Promise<number> {
  const client = new pg.Client(url);
  await client.connect();
  const cursor = client.query(new Cursor<{ readonly id: string }>("SELECT * FROM trips"));
  let count = 0;
  for (;;) {
    const rows = await cursor.read(batchRows);
    if (rows.length === 0) break;
    for (const { id } of rows) if (Number(id) > 0) count += 1;
  }
  await cursor.close();
  await client.end();
  return count;
}

function keeping(): Work<TablesStage> {
  return {
    rows: [
      { row: "Parquet checkpoint of 3 million rows: time by that of DuckDB's COPY", unit: "×" },
      { row: "Parquet checkpoint of 3 million rows", unit: "s" },
    ],
    how: (effort) =>
      `\`checkpoint\` of @ostinato/parquet from a Parquet file of ${amount(effort, keptRows)} rows to another of six columns, divided by DuckDB's COPY of the same query, run right before it, each from opening DuckDB to the finished file`,
    async measure({ folder }, effort) {
      const source = join(folder, "raw.parquet");
      await copied(
        source,
        `SELECT i AS id, TIMESTAMP '2024-01-01' + to_seconds(i) AS pickup, (i % 1000)::DECIMAL(10, 2) AS fare,
        'zone ' || (i % 263) AS zone, i / 3 AS miles FROM range(${amount(effort, keptRows)}) r(i)`,
      );
      const sql = (table: string) => `SELECT *, fare * 1.1 AS gross FROM ${table} WHERE fare > 0`;
      const runs = await repeat(effort.runs, async (run) => {
        const plain = await timed(() => copied(join(folder, `plain-${run}.parquet`), sql(`'${source}'`)));
        const place = join(folder, `own-${run}`);
        const own = await timed(() => checkpoint("trips", { in: place, tables: { raw: source }, sql: sql("raw") }));
        return { ratio: own.seconds / plain.seconds, seconds: own.seconds };
      });
      return [runs.map(({ ratio }) => ratio), runs.map(({ seconds }) => seconds)];
    },
  };
}

async function copied(file: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (${sql}) TO '${file}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

async function timed<T>(act: () => Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  const begun = performance.now();
  const value = await act();
  return { value, seconds: (performance.now() - begun) / 1000 };
}
