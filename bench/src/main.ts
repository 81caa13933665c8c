import { writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { startPostgres } from "@ostinato/testing/postgres";
import { prefectRows } from "./peers/prefect.ts";
import { type Effort, type Group, type Measurement, summarize } from "./row.ts";
import { events } from "./rows/events.ts";
import { flows } from "./rows/flows.ts";
import { limits } from "./rows/limits.ts";
import { processes } from "./rows/process.ts";
import { requests } from "./rows/requests.ts";
import { printRatios, printRow } from "./table.ts";
import { startTarget, type Target } from "./target.ts";

/** Everything that is measured. The order matters to the last one, which looks at what the others left. */
const groups: readonly Group[] = [limits, requests, events, flows, processes];

const { values } = parseArgs({
  options: {
    json: { type: "string" },
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    on: { type: "string" },
    peers: { type: "boolean", default: true },
    help: { type: "boolean", default: false },
  },
  allowNegative: true,
});

if (values.help) {
  console.log(`npm run bench -- [options]
  --quick          less of everything: under a minute
  --only <words>   rows, or a group of them, whose name holds the words: ${groups.map(({ name }) => name).join(", ")}
  --on <database>  sqlite or postgresql; both unless told
  --no-peers       without the peers, which are measured where they can be installed
  --json <file>    writes all samples too`);
  process.exit(0);
}

const effort: Effort = values.quick ? { runs: 1, scale: 0.2 } : { runs: 5, scale: 1 };
const wanted = (name: string) => values.only === undefined || name.toLowerCase().includes(values.only.toLowerCase());
const chosen = groups.filter(({ name, rows }) => wanted(name) || rows.some(wanted));
if (chosen.length === 0) {
  console.error(`No row is named "${values.only}". There are:\n  ${groups.flatMap(({ rows }) => rows).join("\n  ")}`);
  process.exit(2);
}

const measurements: Measurement[] = [];
for (const name of ["sqlite", "postgresql"] as const) {
  if (values.on !== undefined && values.on !== name) continue;
  await onTarget(name, async (target) => {
    for (const group of chosen) {
      for await (const measurement of group.measure(target, effort)) {
        if (wanted(group.name) || wanted(measurement.row)) keep(measurement);
      }
    }
  });
}
if (values.peers && !values.quick)
  for await (const measurement of prefectRows(effort)) if (wanted(measurement.row)) keep(measurement);
printRatios(measurements);
if (values.json !== undefined) {
  const machine = { cores: cpus().length, model: cpus()[0]?.model, memory_bytes: totalmem(), node: process.version };
  const rows = measurements.map((measurement) => ({ ...measurement, ...summarize(measurement) }));
  await writeFile(values.json, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
}

function keep(measurement: Measurement): void {
  measurements.push(measurement);
  printRow(measurement);
}

async function onTarget(name: Target["name"], use: (target: Target) => Promise<void>): Promise<void> {
  const postgres = name === "postgresql" ? await startPostgres() : undefined;
  const target = await startTarget({ name, databaseUrl: postgres?.url });
  try {
    await use(target);
  } finally {
    await target.stop();
    await postgres?.dispose();
  }
}
