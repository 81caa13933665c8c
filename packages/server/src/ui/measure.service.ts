import { systemClock } from "@ostinato/core";
import { readConfig } from "../config.ts";
import { createServer } from "../main.ts";
import { seed, seedEnd, seedId } from "./seed.queries.ts";

// Measures what pages ask, on a database of the given size:
//   node packages/server/src/ui/measure.service.ts sqlite:////tmp/x.db 100000 1000000
const [url = "", flowRuns = "100000", taskRuns = "1000000", logs = "100000"] = process.argv.slice(2);
const config = readConfig({ OSTINATO_DATABASE_URL: url, OSTINATO_LOG_LEVEL: "warn" });

const server = await createServer({ config, clock: { ...systemClock(), now: () => seedEnd } });
const { db } = server.context;
const counted = await db.read
  .selectFrom("flow")
  .select(({ fn }) => fn.countAll().as("n"))
  .executeTakeFirst();
if (Number(counted?.n) === 0) {
  const began = performance.now();
  await seed(db, { flows: 50, flowRuns: Number(flowRuns), taskRuns: Number(taskRuns), logs: Number(logs) });
  console.log(`seeded in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
if (db.kind === "postgresql") await db.execute("VACUUM ANALYZE");

const since = (days: number) => new Date(seedEnd / 1000 - days * 86_400_000).toISOString();
const until = new Date(seedEnd / 1000).toISOString();
const run = seedId.flowRun(1);
const cases: readonly (readonly [string, "GET" | "POST", string, unknown?])[] = [
  ["list, first page of 100", "POST", "/ui/flow_runs/list", { limit: 100 }],
  ["list, counted", "POST", "/ui/flow_runs/list", { limit: 100, count: true }],
  ["list by end", "POST", "/ui/flow_runs/list", { limit: 100, sort: "END_TIME_DESC" }],
  ["list by name", "POST", "/ui/flow_runs/list", { limit: 100, sort: "NAME_ASC" }],
  [
    "list of a flow",
    "POST",
    "/ui/flow_runs/list",
    { limit: 100, flows: { id: { any_: [seedId.flow(3)] } }, count: true },
  ],
  [
    "list of failed",
    "POST",
    "/ui/flow_runs/list",
    { limit: 100, flow_runs: { state: { type: { any_: ["FAILED", "CRASHED"] } } }, count: true },
  ],
  [
    "list of late",
    "POST",
    "/ui/flow_runs/list",
    { limit: 100, flow_runs: { state: { name: { any_: ["Late"] } } }, count: true },
  ],
  [
    "list by rare text",
    "POST",
    "/ui/flow_runs/list",
    { limit: 100, flow_runs: { name: { like_: "run-77777" } }, count: true },
  ],
  ["list by tags", "POST", "/ui/flow_runs/list", { limit: 100, flow_runs: { tags: { all_: ["eu"] } }, count: true }],
  [
    "list without subflows",
    "POST",
    "/ui/flow_runs/list",
    { limit: 100, flow_runs: { parent_task_run_id: { is_null_: true } }, count: true },
  ],
  [
    "list of a week",
    "POST",
    "/ui/flow_runs/list",
    { limit: 100, flow_runs: { expected_start_time: { after_: since(7) } }, count: true },
  ],
  ["points, 1000", "POST", "/ui/flow_runs/history", { limit: 1000 }],
  ["dashboard, 1 day", "POST", "/ui/dashboard", { since: since(1), until }],
  ["dashboard, 7 days", "POST", "/ui/dashboard", { since: since(7), until }],
  ["dashboard, 30 days", "POST", "/ui/dashboard", { since: since(30), until }],
  ["dashboard, 7 days, a tag", "POST", "/ui/dashboard", { since: since(7), until, tags: ["eu"] }],
  ["dashboard, 7 days, a flow", "POST", "/ui/dashboard", { since: since(7), until, flow_ids: [seedId.flow(3)] }],
  ["flow run page", "GET", `/ui/flow_runs/${run}`],
  ["failed flow run page", "GET", `/ui/flow_runs/${seedId.flowRun(7)}`],
  ["big flow run page", "GET", `/ui/flow_runs/${seedId.flowRun(2)}`],
  ["timeline of 10", "GET", `/ui/flow_runs/${seedId.flowRun(3)}/timeline`],
  ["timeline of 20,000", "GET", `/ui/flow_runs/${seedId.flowRun(2)}/timeline`],
  ["task run page", "GET", `/ui/task_runs/${seedId.taskRun(100)}/page`],
  ["logs at the error", "POST", "/ui/logs", { flow_run_id: run, anchor: "first-error", limit: 300 }],
  ["logs at the end", "POST", "/ui/logs", { flow_run_id: run, anchor: "tail", limit: 300 }],
  ["logs at line 50,000", "POST", "/ui/logs", { flow_run_id: run, offset: 50_000, limit: 300 }],
  ["logs from warning on", "POST", "/ui/logs", { flow_run_id: run, level: 30, limit: 300 }],
  ["logs with a text", "POST", "/ui/logs", { flow_run_id: run, text: "line 7777", limit: 300 }],
  ["flows", "POST", "/ui/flows/list", {}],
  ["flow", "GET", `/ui/flows/${seedId.flow(3)}?days=30`],
  ["search, rare", "GET", "/ui/search?q=run-77777"],
  ["search, common", "GET", "/ui/search?q=run"],
  ["search by id", "GET", `/ui/search?q=${run}`],
  ["artifacts", "POST", "/ui/artifacts/list", {}],
  ["server", "GET", "/ui/server"],
];
console.log("the best of seven, in ms: by the clock, and CPU time of this process with its threads");
for (const [name, method, path, body] of cases) {
  const rounds: { wall: number; cpu: number; reply: Awaited<ReturnType<typeof server.app.inject>> }[] = [];
  for (let round = 0; round < 7; round += 1) {
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    const payload = body === undefined ? {} : { payload: body as object };
    const reply = await server.app.inject({ method, url: `/api${path}`, ...payload });
    const { user, system } = process.cpuUsage(cpu);
    rounds.push({ wall: performance.now() - began, cpu: (user + system) / 1000, reply });
  }
  const best = (of: "wall" | "cpu") =>
    Math.min(...rounds.map((round) => round[of]))
      .toFixed(1)
      .padStart(7);
  const [{ reply } = {}] = rounds;
  const size = ((reply?.body.length ?? 0) / 1024).toFixed(0).padStart(6);
  console.log(`${name.padEnd(28)} ${reply?.statusCode} ${best("wall")} ${best("cpu")} ${size} KiB`);
}
await server.stop();
