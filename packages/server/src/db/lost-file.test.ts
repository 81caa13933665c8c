import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "@ostinato/testing/databases";
import { describe, expect, onTestFinished, test } from "vitest";
import { recordingLog, startTestServer, type TestServer } from "../../test/harness.ts";

interface Opened {
  readonly file: string;
  readonly server: TestServer;
  readonly lines: readonly string[];
}

async function start(file?: string): Promise<Opened> {
  const place = file === undefined ? await openDatabase("sqlite") : undefined;
  const url = place?.url ?? `sqlite://${file}`;
  const { log, lines } = recordingLog();
  const server = await startTestServer(url, { log });
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= server.stop();
    return stopping;
  };
  onTestFinished(async () => {
    await stop();
    await place?.dispose();
  });
  return { file: url.replace("sqlite://", ""), server: { ...server, stop }, lines };
}

function removeAll(file: string): void {
  for (const ending of ["", "-wal", "-shm"]) rmSync(file + ending);
}

const add = async ({ server }: Opened, name: string) => (await server.call("POST", "/flows/", { name })).status;
const ready = async ({ server }: Opened) => (await server.call<{ message: string }>("GET", "/ready")).status;

function savedFiles(file: string): readonly string[] {
  const names = readdirSync(dirname(file)).filter((name) => name.startsWith(`${basename(file)}.saved-`));
  return names.map((name) => join(dirname(file), name));
}

function flowsIn(file: string): readonly string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare("SELECT name FROM flow ORDER BY name").all();
  database.close();
  return rows.map(({ name }) => String(name));
}

describe("a database file that is lost while a server has it open", () => {
  test.each<[string, (file: string) => void]>([
    ["removed", removeAll],
    ["renamed", (file) => renameSync(file, `${file}.elsewhere`)],
    [
      "replaced by another file",
      (file) => {
        copyFileSync(file, `${file}.copy`);
        renameSync(`${file}.copy`, file);
      },
    ],
    ["parted from its log", (file) => rmSync(`${file}-wal`)],
    ["parted from the log's index", (file) => rmSync(`${file}-shm`)],
  ])("%s: nothing is written any more, and what is open can be saved", async (_title, lose) => {
    const opened = await start();
    const { file, server, lines } = opened;
    expect([await add(opened, "before"), await ready(opened)]).toEqual([201, 200]);
    lose(file);
    expect([await ready(opened), await add(opened, "after")]).toEqual([503, 503]);
    const { body, headers } = await server.call<{ exception_detail: string }>("POST", "/flows/", { name: "after" });
    expect(headers["retry-after"]).toBe("1");
    expect(body.exception_detail).toContain(`${file}`);
    expect(lines.filter((line) => line.includes('"ostinato server save"'))).toHaveLength(1);
    expect((await server.call("GET", "/health")).status).toBe(200);

    const saved = await server.call<{ file: string; bytes: number }>("POST", "/admin/database/save");
    expect(saved.status).toBe(201);
    expect(dirname(saved.body.file)).toBe(dirname(file));
    expect(statSync(saved.body.file)).toMatchObject({ size: saved.body.bytes });
    expect(statSync(saved.body.file).mode & 0o777).toBe(0o600);
    expect(flowsIn(saved.body.file)).toEqual(["before"]);
  });

  test("is noticed within seconds without any request", async () => {
    const opened = await start();
    removeAll(opened.file);
    let added = 0;
    const addAnother = () => {
      added += 1;
      return add(opened, `another ${added}`);
    };
    await expect.poll(addAnother, { timeout: 10_000 }).toBe(503);
  });

  test("is used again when it is back in its place", async () => {
    const opened = await start();
    const { file } = opened;
    renameSync(file, `${file}.elsewhere`);
    expect(await ready(opened)).toBe(503);
    renameSync(`${file}.elsewhere`, file);
    await expect.poll(() => ready(opened), { timeout: 10_000 }).toBe(200);
    expect(await add(opened, "again")).toBe(201);
  });

  test("is saved automatically when the server ends", async () => {
    const opened = await start();
    const { file, server } = opened;
    expect(await add(opened, "acknowledged")).toBe(201);
    removeAll(file);
    await server.stop();
    const saved = savedFiles(file);
    expect(saved).toHaveLength(1);
    expect(saved.map(flowsIn)).toEqual([["acknowledged"]]);
    expect(existsSync(file)).toBe(false);
  });

  test("is saved on each request, even within one second, and earlier copies stay", async () => {
    const opened = await start();
    const { file, server } = opened;
    expect(await add(opened, "acknowledged")).toBe(201);
    removeAll(file);
    const save = async () => (await server.call<{ file: string }>("POST", "/admin/database/save")).body.file;
    const named = [await save(), await save(), await save()];
    await server.stop();
    expect(savedFiles(file)).toEqual(expect.arrayContaining(named));
    expect(savedFiles(file).map(flowsIn)).toEqual(Array.from({ length: 4 }, () => ["acknowledged"]));
  });

  test("overwritten by a backup: the server writes nothing more", async () => {
    const opened = await start();
    const { file } = opened;
    expect(await add(opened, "in the backup")).toBe(201);
    const source = new DatabaseSync(file);
    source.prepare("VACUUM INTO ?").run(`${file}.backup`);
    source.close();
    expect(await ready(opened)).toBe(200);
    writeOver(file, `${file}.backup`);
    expect([await ready(opened), await add(opened, "after")]).toEqual([503, 503]);
    expect(opened.lines).toContainEqual(expect.stringContaining("was written over by another program"));
  });

  test("damaged: the request that meets the damage gets 503 with advice, and so do all later writes", async () => {
    const opened = await start();
    const { file, server } = opened;
    for (let flow = 0; flow < 300; flow += 1) await add(opened, `flow ${flow} ${"x".repeat(500)}`);
    // The last to close a database moves all of the log into the file.
    await server.stop();
    expect(existsSync(`${file}-wal`)).toBe(false);
    await damageFlows(file);
    const other = await start(file);
    const met = await other.server.call<{ exception_detail: string }>("POST", "/flows/filter", {});
    expect(met.status).toBe(503);
    expect(met.headers["retry-after"]).toBeDefined();
    expect([await ready(other), await add(other, "after")]).toEqual([503, 503]);
    expect(other.lines).toContainEqual(expect.stringContaining("PRAGMA quick_check"));
    expect(await other.server.call("GET", "/health")).toMatchObject({ status: 200 });
  });

  test("in its place there is nothing to save", async () => {
    const { server } = await start();
    const { status, body } = await server.call<{ detail: string }>("POST", "/admin/database/save");
    expect(status).toBe(409);
    expect(body.detail).toContain("ostinato server backup");
  });
});

test("a full disk: not ready, until there is room", async () => {
  const opened = await start();
  const { db } = opened.server.context;
  // As many as it has.
  await db.execute("PRAGMA max_page_count = 1");
  expect(await ready(opened)).toBe(503);
  await db.execute("PRAGMA max_page_count = 4294967294");
  await expect.poll(() => ready(opened), { timeout: 10_000 }).toBe(200);
});

test("a second listening server on a SQLite file warns that it is one too many; a script's server does not", async () => {
  const first = await start();
  await first.server.listen();
  const script = await start(first.file);
  expect([await add(first, "one"), await add(script, "other")]).toEqual([201, 201]);
  const second = await start(first.file);
  await second.server.listen();
  expect(first.lines).toEqual([]);
  expect(script.lines).toEqual([]);
  expect(second.lines).toEqual([expect.stringContaining("Another server has this SQLite file open")]);
  await first.server.stop();
  await second.server.stop();
  const alone = await start(first.file);
  await alone.server.listen();
  expect(alone.lines).toEqual([]);
});

/** As `cp` does: into the same file. */
function writeOver(file: string, from: string): void {
  copyFileSync(from, file);
}

/** Writes noise over all rows of flows. What a server reads when it starts stays whole. */
async function damageFlows(file: string): Promise<void> {
  const database = new DatabaseSync(file, { readOnly: true });
  const pages = database.prepare("SELECT pgoffset, pgsize FROM dbstat WHERE name = 'flow' AND pagetype = 'leaf'").all();
  database.close();
  const handle = await open(file, "r+");
  for (const { pgoffset, pgsize } of pages) {
    const noise = Buffer.alloc(Number(pgsize), 0xa5);
    await handle.write(noise, 0, noise.length, Number(pgoffset));
  }
  await handle.close();
}
