import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readConfig } from "../kernel/config.ts";
import { createServer } from "../main.ts";
import { backupSqlite } from "./sqlite/backup.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ostinato-private-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

async function withServer(environment: Record<string, string>, look: () => void | Promise<void>): Promise<void> {
  const server = await createServer({ config: readConfig({ OSTINATO_LOG_LEVEL: "silent", ...environment }) });
  try {
    await look();
  } finally {
    await server.stop();
  }
}

describe.skipIf(process.platform === "win32")("what is kept is for its owner only:", () => {
  test("a home that is made, and the database in it with its log and its copies", async () => {
    const home = join(folder, "new");
    await withServer({ OSTINATO_HOME: home }, async () => {
      expect(modeOf(home)).toBe("700");
      for (const ending of ["", "-wal", "-shm"]) expect(modeOf(join(home, `ostinato.db${ending}`))).toBe("600");
      await backupSqlite(join(home, "ostinato.db"), { to: join(folder, "copy.db"), overwrite: false });
    });
    expect(modeOf(join(folder, "copy.db"))).toBe("600");
  });

  test("a home of an earlier version", async () => {
    const home = join(folder, ".ostinato");
    await withServer({ OSTINATO_HOME: home }, () => {});
    mkdirSync(join(home, "results"));
    const open = [home, join(home, "results")];
    for (const path of open) chmodSync(path, 0o755);
    chmodSync(join(home, "ostinato.db"), 0o644);
    await withServer({ OSTINATO_HOME: home }, () => {
      for (const path of open) expect(modeOf(path)).toBe("700");
      for (const ending of ["", "-wal", "-shm"]) expect(modeOf(join(home, `ostinato.db${ending}`))).toBe("600");
    });
  });

  test("but nothing changes in a folder and of a database whose places somebody chose", async () => {
    chmodSync(folder, 0o755);
    const file = join(folder, "shared.db");
    writeFileSync(file, "");
    chmodSync(file, 0o640);
    await withServer({ OSTINATO_HOME: join(folder, "home"), OSTINATO_DATABASE_URL: `sqlite://${file}` }, () => {
      expect([modeOf(folder), modeOf(file)]).toEqual(["755", "640"]);
    });
    await withServer({ OSTINATO_HOME: folder }, () => {
      expect([modeOf(folder), modeOf(join(folder, "ostinato.db"))]).toEqual(["755", "600"]);
    });
  });
});
