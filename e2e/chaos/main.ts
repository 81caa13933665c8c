import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { chaos } from "./chaos.ts";
import { describeReport, isClean, type Report } from "./report.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    on: { type: "string" },
    workers: { type: "string", default: "3" },
    command: { type: "string" },
    "from-source": { type: "boolean", default: false },
    "no-mount": { type: "boolean", default: false },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(`npm run chaos -- [options]
  --minutes <n>     how long things are broken, on each database; default 1
  --seed <n>        repeats the faults of an earlier run
  --on <database>   sqlite or postgresql; default both
  --workers <n>     processes that run flows side by side; default 3
  --command <file>  test the ostinato command of an installed package; by default the product is packed and installed
  --from-source     test the sources as they are
  --no-mount        make no file system of its own: a full disk is injected
  --json <file>     write the reports as JSON
From 2 minutes on the mixture has what takes a minute. The exit code is 1 when anything was lost, doubled, stuck or wrong.`);
  process.exit(0);
}

const { on, seed, minutes } = values;
const databases = (["sqlite", "postgresql"] as const).filter((name) => on === undefined || on === name);
if (databases.length === 0) throw new Error(`--on is ${JSON.stringify(on)}: give sqlite or postgresql`);
for (const name of ["seed", "minutes", "workers"] as const) {
  if (!(Number(values[name]) > 0))
    throw new Error(`--${name} is ${JSON.stringify(values[name])}: give a number above 0`);
}

const reports: Report[] = [];
for (const database of databases) {
  console.log(`\n${database}, seed ${seed}`);
  const report = await chaos({
    database,
    command: values.command,
    fromSource: values["from-source"],
    injected: values["no-mount"],
    seed: Number(seed),
    seconds: Number(minutes) * 60,
    workers: Number(values.workers),
    say: (line) => console.log(`  ${line}`),
  });
  reports.push(report);
  console.log(["", ...describeReport(report)].map((line) => `  ${line}`.trimEnd()).join("\n"));
}
const clean = reports.every(isClean);
const repeated = [...process.argv.slice(2).filter(withoutSeed), `--seed ${seed}`].join(" ");
console.log(`\n${clean ? "nothing lost, doubled, stuck or wrong" : "NOT CLEAN"}; again: npm run chaos -- ${repeated}`);
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(reports, null, 2)}\n`);
process.exitCode = clean ? 0 : 1;

function withoutSeed(argument: string, index: number, all: readonly string[]): boolean {
  return !argument.startsWith("--seed") && all[index - 1] !== "--seed";
}
