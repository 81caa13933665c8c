import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createServer, readConfig } from "@ostinato/server";
import { type DatabaseName, openDatabase } from "@ostinato/testing/databases";
import { expect, test } from "vitest";

/** What the program prints, run as a person runs it, with a server on the database. */
async function printedOn(name: DatabaseName): Promise<readonly string[]> {
  const database = await openDatabase(name);
  const home = await mkdtemp(join(tmpdir(), "ostinato-alerts-"));
  const config = readConfig({
    OSTINATO_DATABASE_URL: database.url,
    OSTINATO_HOME: home,
    OSTINATO_SERVER_PORT: "0",
    OSTINATO_SERVER_PRIVATE_TARGETS: "127.0.0.0/8",
    OSTINATO_LOG_LEVEL: "silent",
  });
  const server = await createServer({ config });
  try {
    const env = { ...process.env, OSTINATO_HOME: home, OSTINATO_API_URL: `${await server.listen()}/api` };
    const program = fileURLToPath(new URL("main.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
    return stdout.trimEnd().split("\n");
  } finally {
    await server.stop();
    await rm(home, { recursive: true, force: true });
    await database.dispose();
  }
}

// Both at once: each waits ten seconds for prices that do not come.
test("a failure, prices that do not come, and a success are told by mail, on each database", {
  timeout: 180_000,
}, async () => {
  for (const printed of await Promise.all((["sqlite", "postgresql"] as const).map(printedOn))) {
    expect(printed.slice(-3)).toEqual(["load-prices failed", "Still no prices", "The report of today"]);
    expect(printed.join("\n")).toMatch(/is Failed: .*The exchange is closed on sundays/);
  }
});
