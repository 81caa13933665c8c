import { execFile } from "node:child_process";
import { constants, copyFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import type { HistorySize } from "@ostinato/testing/history";
import { type History, historyFile, keptHistory } from "../history/data.ts";
import { sqliteUrl } from "../target.ts";
import { quietPrefect } from "./prefect-install.ts";

/** Prefect's own database with the flow runs, task runs and states of the history, made on the first call and kept. */
export async function openPrefectHistory(python: string, size: HistorySize): Promise<History> {
  const source = await historyFile(size);
  const { folder, end } = await keptHistory("prefect", size, async (staging) => {
    const env = { ...process.env, ...quietPrefect(staging) };
    await promisify(execFile)(python, ["-m", "prefect", "server", "database", "upgrade", "-y"], { env });
    copyRows(source, join(staging, fileName));
  });
  const home = await mkdtemp(join(tmpdir(), "prefect-bench-history-"));
  const file = join(home, fileName);
  copyFileSync(join(folder, fileName), file, constants.COPYFILE_FICLONE);
  return { url: sqliteUrl(file), size, end, dispose: () => rm(home, { recursive: true, force: true }) };
}

const fileName = "prefect.db";

/** Both have columns of the same names; moments are text there, and durations are moments after 1970. */
function copyRows(from: string, to: string): void {
  const database = new DatabaseSync(to, { enableForeignKeyConstraints: false });
  database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000");
  database.exec(`ATTACH '${from}' AS ours`);
  for (const table of ["flow", "flow_run", "flow_run_state", "task_run", "task_run_state"]) {
    const columns = columnsOf(database, "ours", table).filter(({ name }) =>
      columnsOf(database, "main", table).some((other) => other.name === name),
    );
    const names = columns.map(({ name }) => name).join(", ");
    const values = columns.map(({ name }) => (isMoment(database, table, name) ? asMoment(name) : name)).join(", ");
    const state = table.endsWith("_state") ? { names: ", updated", values: `, ${asMoment("created")}` } : undefined;
    database.exec(
      `INSERT INTO main.${table} (${names}${state?.names ?? ""}) SELECT ${values}${state?.values ?? ""} FROM ours.${table}`,
    );
  }
  database.exec("ANALYZE main");
  database.exec("PRAGMA journal_mode = WAL");
  database.close();
}

interface Column {
  readonly name: string;
  readonly type: string;
}

function columnsOf(database: DatabaseSync, schema: string, table: string): readonly Column[] {
  return database
    .prepare(`SELECT name, type FROM pragma_table_info('${table}', '${schema}')`)
    .all() as unknown as Column[];
}

function isMoment(database: DatabaseSync, table: string, name: string): boolean {
  return columnsOf(database, "main", table).some((column) => column.name === name && column.type === "DATETIME");
}

function asMoment(name: string): string {
  return `strftime('%Y-%m-%d %H:%M:%S', ${name} / 1000000, 'unixepoch') || printf('.%06d', ${name} % 1000000)`;
}
