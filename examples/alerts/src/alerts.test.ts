import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "@ostinato/client";
import { type AssetLineage, filterAssets, readAssetLineage } from "@ostinato/protocol";
import { createServer, readConfig } from "@ostinato/server";
import { type DatabaseName, openDatabase } from "@ostinato/testing/databases";
import { expect, test } from "vitest";

/** What the program prints and the assets of which its report is made, run as a person runs it, with a server on the database. */
async function printedOn(
  name: DatabaseName,
): Promise<{ readonly printed: readonly string[]; readonly lineage: AssetLineage }> {
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
    const api = `${await server.listen()}/api`;
    const env = { ...process.env, OSTINATO_HOME: home, OSTINATO_API_URL: api };
    const program = fileURLToPath(new URL("main.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
    return { printed: stdout.trimEnd().split("\n"), lineage: await lineageAt(api) };
  } finally {
    await server.stop();
    await rm(home, { recursive: true, force: true });
    await database.dispose();
  }
}

const report = "mail://team/report";

/** The lineage of the report, once the server has read the events of its run. */
async function lineageAt(api: string): Promise<AssetLineage> {
  const client = createClient({ baseUrl: api });
  const read = async () => {
    const { results } = await client.call(filterAssets, { body: { text: report } });
    return results[0]?.last_materialization?.succeeded;
  };
  await expect.poll(read, { timeout: 30_000 }).toBe(true);
  return await client.call(readAssetLineage, { query: { key: report } });
}

// Both at once: each waits ten seconds for prices that do not come.
test("a failure, prices that do not come, and a success are told by mail, on each database", {
  timeout: 180_000,
}, async () => {
  for (const { printed, lineage } of await Promise.all((["sqlite", "postgresql"] as const).map(printedOn))) {
    expect(printed.slice(-3)).toEqual(["load-prices failed", "Still no prices", "The report of today"]);
    expect(printed).toContain("  | Subject: load-prices failed");
    expect(printed.join("\n")).toMatch(/is Failed: .*The exchange is closed on sundays/);
    expect(lineage.dependencies).toMatchObject([{ upstream: "https://exchange.example/prices", downstream: report }]);
    const prices = lineage.assets.find(({ name }) => name === "Prices of today");
    expect(prices?.last_materialization).toMatchObject({ succeeded: true, metadata: { day: "monday", count: 3 } });
  }
});
