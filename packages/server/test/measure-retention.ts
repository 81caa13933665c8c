import { addSeconds, systemClock } from "@ostinato/core";
import type { Flow, FlowRun } from "@ostinato/protocol";
import { readConfig } from "../src/kernel/config.ts";
import { createServer } from "../src/main.ts";
import { createRetention } from "../src/retention/retention.service.ts";
import { addOldRuns } from "./old-runs.ts";

// Measures what removing old runs does to those who write, on an empty database:
//   node packages/server/test/measure-retention.ts sqlite:////tmp/x.db 100000
const [url = "", runs = "100000", seconds = "15", writers = "16"] = process.argv.slice(2);
const config = readConfig({ ...process.env, OSTINATO_DATABASE_URL: url, OSTINATO_LOG_LEVEL: "warn" });
const clock = systemClock({ keepAlive: true });
const server = await createServer({ config, clock });
const { db } = server.context;

const began = performance.now();
await addOldRuns(db, { runs: Number(runs), end: addSeconds(clock.now(), -365 * 86_400) });
console.log(`added ${runs} old runs in ${((performance.now() - began) / 1000).toFixed(1)} s`);

async function call<T>(path: string, body: unknown): Promise<T> {
  const reply = await server.app.inject({ method: "POST", url: `/api${path}`, payload: body as object });
  if (reply.statusCode >= 300) throw new Error(`${path}: ${reply.statusCode} ${reply.body}`);
  return reply.json<T>();
}

const { id: flow_id } = await call<Flow>("/flows/", { name: "busy" });

/** Each writer puts runs of its own from one state into the next, as fast as it is answered. */
async function write(name: string): Promise<void> {
  const millis: number[] = [];
  const cpu = process.cpuUsage();
  const until = performance.now() + Number(seconds) * 1000;
  const one = async () => {
    while (performance.now() < until) {
      const { id } = await call<FlowRun>("/flow_runs/", { flow_id });
      for (const type of ["PENDING", "RUNNING", "COMPLETED"]) {
        const start = performance.now();
        await call(`/flow_runs/${id}/set_state`, { state: { type } });
        millis.push(performance.now() - start);
      }
    }
  };
  await Promise.all(Array.from({ length: Number(writers) }, one));
  millis.sort((a, b) => a - b);
  const at = (share: number) => (millis[Math.floor(millis.length * share)] ?? 0).toFixed(1);
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `${name}: ${Math.round(millis.length / Number(seconds))} set_state/s, p50 ${at(0.5)} p99 ${at(0.99)} p99.9 ${at(0.999)} max ${millis.at(-1)?.toFixed(1)} ms, CPU ${((user + system) / 1e6).toFixed(1)} s`,
  );
}

await write("warming up");
await write("without retention");
const busy = createRetention(server.context);
const interrupted = busy.pass("confirmed");
await write("with retention");
await busy.stop();
console.log("removed meanwhile:", JSON.stringify((await interrupted).removed));

const unitMillis: number[] = [];
const timed: typeof db.write = async (work, options) => {
  const start = performance.now();
  const value = await db.write(work, options);
  unitMillis.push(performance.now() - start);
  return value;
};
const idle = createRetention({ ...server.context, db: { ...db, write: timed } });
const start = performance.now();
const cpu = process.cpuUsage();
const pass = idle.pass("confirmed");
await Promise.race([pass, new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000))]);
await idle.stop();
const { user, system } = process.cpuUsage(cpu);
unitMillis.sort((a, b) => a - b);
const unit = (share: number) => unitMillis[Math.floor(unitMillis.length * share)]?.toFixed(1);
console.log(
  `nobody writing: ${((performance.now() - start) / 1000).toFixed(1)} s, CPU ${((user + system) / 1e6).toFixed(1)} s, ${unitMillis.length} units of p50 ${unit(0.5)} p99 ${unit(0.99)} max ${unitMillis.at(-1)?.toFixed(1)} ms`,
);
console.log(JSON.stringify(await pass));
await server.stop();
