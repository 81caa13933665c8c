import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Flow, FlowRun } from "@ostinato/protocol";
import { expect, onTestFinished, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";
import { backupSqlite, DatabaseFileRefused, restoreSqlite, vacuumSqlite } from "./backup.ts";

function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-backup-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

async function serverOn(file: string): Promise<TestServer> {
  const server = await startTestServer(`sqlite://${file}`);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= server.stop();
    return stopped;
  };
  onTestFinished(stop);
  return { ...server, stop };
}

/** A database of one flow, which nobody has open. */
async function closedDatabase(folder: string, name = "ostinato.db"): Promise<string> {
  const file = join(folder, name);
  const server = await startTestServer(`sqlite://${file}`);
  await server.call("POST", "/flows/", { name });
  await server.stop();
  return file;
}

function flowsIn(file: string): unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const names = database.prepare("SELECT name FROM flow ORDER BY name").all();
  database.close();
  return names.map(({ name }) => name);
}

const asideOf = (file: string) => `${file}.before`;

test("a backup under a load of writers has everything that was acknowledged before it began, and is whole", async () => {
  const folder = workFolder();
  const file = join(folder, "ostinato.db");
  const server = await serverOn(file);
  const { body: flow } = await server.call<Flow>("POST", "/flows/", { name: "busy" });
  const acknowledged = new Map<string, string>();
  let writing = true;
  const write = async () => {
    while (writing) {
      const { body } = await server.call<FlowRun>("POST", "/flow_runs/", {
        flow_id: flow.id,
        // Enough pages that writers have their turn between the steps of the backup.
        parameters: { x: "y".repeat(5000) },
      });
      for (const type of ["RUNNING", "COMPLETED"]) {
        await server.call("POST", `/flow_runs/${body.id}/set_state`, { state: { type } });
        acknowledged.set(body.id, type);
      }
    }
  };
  const writers = Promise.all(Array.from({ length: 8 }, write));
  while (acknowledged.size < 200) await new Promise((resolve) => setImmediate(resolve));

  const before = new Map(acknowledged);
  const steps: number[] = [];
  const backup = join(folder, "backup.db");
  const copied = await backupSqlite(file, { to: backup, overwrite: false, onProgress: (done) => steps.push(done) });
  const during = acknowledged.size - before.size;
  writing = false;
  await writers;
  await server.stop();
  expect(copied).toMatchObject({ file: backup, schema: expect.stringMatching(/^\d{4}-/) });
  expect(steps.length).toBeGreaterThan(0);
  expect(during).toBeGreaterThan(0);

  const { previous } = await restoreSqlite(backup, { to: file, aside: asideOf(file) });
  expect(previous).toBe(asideOf(file));
  const restored = await serverOn(file);
  const rank = (type: string | null | undefined) => ["RUNNING", "COMPLETED"].indexOf(type ?? "");
  for (const [id, type] of before) {
    const { body } = await restored.call<FlowRun>("GET", `/flow_runs/${id}`);
    expect(rank(body.state_type)).toBeGreaterThanOrEqual(rank(type));
  }
  // What came later is not in the backup, but is kept aside.
  const [inBackup, aside] = [backup, asideOf(file)].map((each) => countRuns(each));
  expect(inBackup).toBeGreaterThanOrEqual(before.size);
  expect(aside).toBe(acknowledged.size);
  expect(inBackup).toBeLessThan(aside ?? 0);
  expect(readdirSync(folder).filter((name) => /part|before.+-|backup.db-/.test(name))).toEqual([]);

  // What is put aside takes the place of nothing that was before.
  await restored.stop();
  const again = await restoreSqlite(backup, { to: file, aside: asideOf(file) });
  expect(again.previous).toBe(`${asideOf(file)}-2`);
  expect(countRuns(asideOf(file))).toBe(aside);
});

function countRuns(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  const row = database.prepare("SELECT count(*) AS n FROM flow_run").get();
  database.close();
  return Number(row?.n);
}

test("a backup replaces no file unless told, and leaves nothing behind where it is refused", async () => {
  const folder = workFolder();
  const file = await closedDatabase(folder);
  const to = join(folder, "taken");
  writeFileSync(to, "precious");
  await expect(backupSqlite(file, { to, overwrite: false })).rejects.toThrow("exists already");
  expect(readFileSync(to, "utf8")).toBe("precious");
  await backupSqlite(file, { to, overwrite: true });
  expect(flowsIn(to)).toEqual(["ostinato.db"]);
  await expect(backupSqlite(join(folder, "none.db"), { to, overwrite: true })).rejects.toThrow(
    "There is no database at",
  );
  expect(readdirSync(folder).sort()).toEqual(["ostinato.db", "taken"]);
});

test.each([
  ["text", "is not a SQLite database", (file: string) => writeFileSync(file, "just text, and a little longer")],
  ["nothing", "There is no file", () => {}],
  [
    "another program's database",
    "not one of Ostinato's",
    (file: string) => {
      const database = new DatabaseSync(file);
      database.exec("CREATE TABLE migration (name text)");
      database.close();
    },
  ],
])("%s is not restored", async (_, message, make) => {
  const folder = workFolder();
  const file = await closedDatabase(folder);
  const backup = join(folder, "given");
  make(backup);
  await expect(restoreSqlite(backup, { to: file, aside: asideOf(file) })).rejects.toThrow(message);
  await expect(restoreSqlite(backup, { to: file, aside: asideOf(file) })).rejects.toThrow(DatabaseFileRefused);
  expect(flowsIn(file)).toEqual(["ostinato.db"]);
  expect(existsSync(asideOf(file))).toBe(false);
});

test("a damaged backup is not restored", async () => {
  const folder = workFolder();
  const file = await closedDatabase(folder);
  const backup = await closedDatabase(folder, "backup.db");
  const bytes = readFileSync(backup);
  bytes.fill(0xa5, bytes.length - 3 * 4096);
  writeFileSync(backup, bytes);
  await expect(restoreSqlite(backup, { to: file, aside: asideOf(file) })).rejects.toThrow(
    /backup\.db is damaged \(.+\)/,
  );
  expect(flowsIn(file)).toEqual(["ostinato.db"]);
});

test("a backup of a newer version is refused by the name of its schema", async () => {
  const folder = workFolder();
  const file = await closedDatabase(folder);
  const backup = await closedDatabase(folder, "newer.db");
  const database = new DatabaseSync(backup);
  database.exec("INSERT INTO migration (name, applied) VALUES ('9999-from-the-future', 0)");
  database.close();
  await expect(restoreSqlite(backup, { to: file, aside: asideOf(file) })).rejects.toThrow(
    "was written by a newer Ostinato (9999-from-the-future)",
  );
});

test("nothing is put in the place of a database that somebody has open", async () => {
  const folder = workFolder();
  const backup = await closedDatabase(folder, "backup.db");
  const file = join(folder, "ostinato.db");
  const server = await serverOn(file);
  await server.call("POST", "/flows/", { name: "living" });
  await expect(restoreSqlite(backup, { to: file, aside: asideOf(file) })).rejects.toThrow("Another program has");
  await expect(vacuumSqlite(file)).rejects.toThrow("Another program has");
  expect((await server.call("POST", "/flows/", { name: "goes on" })).status).toBe(201);
  await server.stop();
  expect(flowsIn(file)).toEqual(["goes on", "living"]);
});

test("a damaged database is replaced, and kept aside", async () => {
  const folder = workFolder();
  const backup = await closedDatabase(folder, "backup.db");
  const file = join(folder, "ostinato.db");
  writeFileSync(file, "this was a database once");
  const { previous } = await restoreSqlite(backup, { to: file, aside: asideOf(file) });
  expect(readFileSync(previous ?? "", "utf8")).toBe("this was a database once");
  expect(flowsIn(file)).toEqual(["backup.db"]);
});

test("a database of before, which can't shrink, shrinks and can from then on", async () => {
  const folder = workFolder();
  const file = await closedDatabase(folder);
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM");
  database.exec("CREATE TABLE filling (x)");
  database.exec(
    "INSERT INTO filling SELECT randomblob(1000) FROM json_each('[' || replace(hex(zeroblob(2000)), '0', '1,') || '1]')",
  );
  database.exec("DROP TABLE filling");
  expect(database.prepare("PRAGMA auto_vacuum").get()).toMatchObject({ auto_vacuum: 0 });
  database.close();
  const { bytesBefore, bytes } = await vacuumSqlite(file);
  expect(bytes).toBeLessThan(bytesBefore - 3_000_000);
  const server = await serverOn(file);
  expect(flowsIn(file)).toEqual(["ostinato.db"]);
  expect(await server.context.db.giveBackSpace(64)).toBe(0);
  const after = new DatabaseSync(file, { readOnly: true });
  expect(after.prepare("PRAGMA auto_vacuum").get()).toMatchObject({ auto_vacuum: 2 });
  after.close();
});
