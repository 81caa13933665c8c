import { execFile } from "node:child_process";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import type { HistorySize } from "@ostinato/testing/history";
import { startPostgres } from "@ostinato/testing/postgres";
import pg from "pg";
import { clusterIn, fileIn, type History, historyEnd, historyFolder, keptHistory, openCopy } from "../history/data.ts";
import { type DatabaseName, sqliteUrl } from "../target.ts";
import { prefectDatabase, quietPrefect } from "./prefect-install.ts";

interface PrefectHistory {
  readonly python: string;
  readonly database: DatabaseName;
  readonly size: HistorySize;
}

/** Prefect's own database with the flow runs, task runs and states of the history, made on the first call and cached. */
export async function openPrefectHistory({ python, database, size }: PrefectHistory): Promise<History> {
  const source = await historyFolder(database, size);
  const fill = database === "sqlite" ? fillSqlite : fillPostgres;
  const folder = await keptHistory(`prefect-${database}`, size, (staging) =>
    fill({ source, staging, makeTables: (url) => makeTables(python, staging, url) }),
  );
  return { ...(await openCopy(database, folder)), size, end: historyEnd() };
}

/** Creates the tables by Prefect's own migrations. */
async function makeTables(python: string, home: string, url: string): Promise<void> {
  const env = { ...process.env, ...quietPrefect(home), ...prefectDatabase(url) };
  await promisify(execFile)(python, ["-m", "prefect", "server", "database", "upgrade", "-y"], { env });
}

interface Filling {
  /** The folder with Ostinato's own history. */
  readonly source: string;
  readonly staging: string;
  readonly makeTables: (url: string) => Promise<void>;
}

const tables = ["flow", "flow_run", "flow_run_state", "task_run", "task_run_state"];

interface Column {
  readonly name: string;
  readonly type: string;
}

/** Copies the columns that both have by name; a state's missing `updated` is its creation time. */
function copying(table: string, { theirs, ours }: Record<"theirs" | "ours", readonly Column[]>, as: typeof asSqlite) {
  const shared = theirs.filter(({ name }) => ours.some((column) => column.name === name));
  const copied = shared.map((column) => ({ name: column.name, value: as(column) }));
  const updated = theirs.find(({ name }) => name === "updated" && !shared.some((column) => column.name === name));
  if (updated !== undefined) copied.push({ name: "updated", value: as({ ...updated, name: "created" }) });
  const [names, values] = [copied.map(({ name }) => name), copied.map(({ value }) => value)];
  return `INSERT INTO ${table} (${names.join(", ")}) SELECT ${values.join(", ")} FROM ours.${table}`;
}

async function fillSqlite({ source, staging, makeTables }: Filling): Promise<void> {
  const file = fileIn(staging);
  await makeTables(sqliteUrl(file));
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000");
  database.exec(`ATTACH '${fileIn(source)}' AS ours`);
  const columnsOf = (schema: string, table: string) =>
    database.prepare(`SELECT name, type FROM pragma_table_info('${table}', '${schema}')`).all() as unknown as Column[];
  for (const table of tables) {
    const columns = { theirs: columnsOf("main", table), ours: columnsOf("ours", table) };
    database.exec(copying(table, columns, asSqlite));
  }
  database.exec("ANALYZE main");
  database.exec("PRAGMA journal_mode = WAL");
  database.close();
}

/** SQLite has times as text, and durations as times after 1970. */
function asSqlite({ name, type }: Column): string {
  if (type !== "DATETIME") return name;
  return `strftime('%Y-%m-%d %H:%M:%S', ${name} / 1000000, 'unixepoch') || printf('.%06d', ${name} % 1000000)`;
}

/** Works in a copy of Ostinato's database: its tables move to another schema and are dropped at the end. */
async function fillPostgres({ source, staging, makeTables }: Filling): Promise<void> {
  const postgres = await startPostgres({ from: clusterIn(source), onDisk: true });
  try {
    await postgres.execute("ALTER SCHEMA public RENAME TO ours; CREATE SCHEMA public");
    await makeTables(postgres.url);
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    const columnsOf = async (schema: string, table: string) => {
      const { rows } = await client.query<Column>(
        `SELECT column_name AS name, udt_name AS type FROM information_schema.columns
          WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position`,
        [schema, table],
      );
      return rows;
    };
    // Without foreign-key checks, because the rows are consistent.
    await client.query("SET synchronous_commit = off; SET session_replication_role = replica");
    for (const table of tables) {
      const columns = { theirs: await columnsOf("public", table), ours: await columnsOf("ours", table) };
      await client.query(copying(table, columns, asPostgres));
    }
    await client.query("DROP SCHEMA ours CASCADE");
    await client.query("VACUUM ANALYZE");
    await client.end();
    await postgres.saveTo(clusterIn(staging));
  } finally {
    await postgres.dispose();
  }
}

function asPostgres({ name, type }: Column): string {
  switch (type) {
    case "timestamptz":
      return `timestamptz 'epoch' + ${name} * interval '1 microsecond'`;
    case "interval":
      return `${name} * interval '1 microsecond'`;
    case "bool":
      return `${name} <> 0`;
    default:
      return `CAST(${name} AS ${type})`;
  }
}
