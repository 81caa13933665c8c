import { parseArgs } from "node:util";
import { chaos, type Verdict } from "./chaos.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    on: { type: "string" },
    workers: { type: "string", default: "3" },
    command: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(`npm run chaos -- [options]
  --minutes <n>     how long, on each database; 1 unless told
  --seed <n>        repeats the faults of an earlier run
  --on <database>   sqlite or postgresql; both unless told
  --workers <n>     processes that run flows side by side; 3 unless told
  --command <file>  the ostinato command to test, of an installed package; this repository's own unless told`);
  process.exit(0);
}

let failed = false;
for (const database of ["sqlite", "postgresql"] as const) {
  if (values.on !== undefined && values.on !== database) continue;
  console.log(`${database}, seed ${values.seed}`);
  const verdict = await chaos({
    database,
    command: values.command,
    seed: Number(values.seed),
    seconds: Number(values.minutes) * 60,
    workers: Number(values.workers),
    say: (line) => console.log(`  ${line}`),
  });
  failed = report(verdict) || failed;
}
process.exitCode = failed ? 1 : 0;

function report(verdict: Verdict): boolean {
  const { lost, doubled, stuck, repeated, wrong, recoveries } = verdict;
  const slowest = Math.max(0, ...recoveries);
  console.log(
    `  ${verdict.faults} faults, ${verdict.acknowledged} acknowledged states and events, ${verdict.resumed} runs resumed`,
  );
  console.log(`  slowest recovery ${slowest.toFixed(1)} s`);
  const counts = { lost, doubled, stuck, repeated, wrong };
  for (const [name, list] of Object.entries(counts)) {
    console.log(`  ${name}: ${list.length}`);
    for (const line of list.slice(0, 5)) console.log(`    ${line}`);
  }
  return Object.values(counts).some((list) => list.length > 0);
}
