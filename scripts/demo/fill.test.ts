import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@ostinato/client";
import {
  countFlowRuns,
  countTaskRuns,
  filterFlowRuns,
  filterFlows,
  filterLatestArtifacts,
  filterLogs,
} from "@ostinato/protocol";
import { createServer, readConfig, type Server } from "@ostinato/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillWithHistory } from "./fill.ts";

const count = 120;
const home = mkdtempSync(join(tmpdir(), "ostinato-demo-"));
let server: Server;
let url: string;

beforeAll(async () => {
  const environment = { OSTINATO_HOME: home, OSTINATO_SERVER_PORT: "0", OSTINATO_LOG_LEVEL: "silent" };
  server = await createServer({ config: readConfig(environment) });
  url = await server.listen();
  await fillWithHistory(url, count);
});

afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

test("makes up runs of several flows over the last month, that hold together", async () => {
  const client = createClient({ baseUrl: `${url}/api` });
  // Beside those that were asked for there are six that wait.
  expect(await client.call(countFlowRuns, {})).toBe(count + 6);
  expect((await client.call(filterFlows, {})).length).toBeGreaterThan(5);
  expect(await client.call(countTaskRuns, {})).toBeGreaterThan(3 * count);

  const runs = await client.call(filterFlowRuns, { body: { sort: "START_TIME_ASC" } });
  const monthAgo = Date.now() - 32 * 86_400_000;
  const ended = runs.filter(({ end_time }) => end_time !== null);
  expect(ended.length).toBeGreaterThan(count - 5);
  for (const run of ended) {
    expect(Date.parse(run.start_time ?? "")).toBeGreaterThan(monthAgo);
    expect(Date.parse(run.end_time ?? "")).toBeGreaterThan(Date.parse(run.start_time ?? ""));
    expect(Date.parse(run.end_time ?? "")).toBeLessThan(Date.now());
  }
  const states = new Set(runs.map(({ state_name }) => state_name));
  for (const name of ["Completed", "Failed", "Running", "Late", "Paused", "AwaitingRetry", "Scheduled"]) {
    expect(states).toContain(name);
  }

  const failed = runs.find(({ state_type }) => state_type === "FAILED");
  expect(failed?.state?.message).not.toBe("");
  const logs = await client.call(filterLogs, {
    body: { logs: { flow_run_id: { any_: [failed?.id ?? ""] }, level: { ge_: 40 } } },
  });
  expect(logs.map(({ message }) => message)).toContainEqual(`failed: ${failed?.state?.message}`);
  expect((await client.call(filterLatestArtifacts, {})).length).toBeGreaterThan(0);
});
