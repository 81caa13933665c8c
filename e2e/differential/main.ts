import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { compareServers } from "./differential.ts";
import { grammars } from "./grammars/all.ts";
import { describe } from "./report.ts";
import { startServers } from "./servers.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    requests: { type: "string", default: "1000" },
    database: { type: "string" },
    nouns: { type: "string" },
    python: { type: "string", default: process.env.PREFECT_PYTHON ?? "" },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(`npm run differential -- [options]
Sends the same seeded requests to a Prefect server and to this one, and reports their different answers.
  --seed <n>        repeats the requests of an earlier run
  --requests <n>    how many are sent to each server; default 1000
  --database <name> sqlite or postgresql, where this server keeps its data; default both
  --nouns <names>   only operations of these, by commas: ${grammars.map(({ noun }) => noun).join(", ")}
  --python <file>   a Python that has the Prefect of e2e/prefect/requirements.txt; default PREFECT_PYTHON
  --json <file>     write what was found as JSON
Differences that stay are listed in e2e/differential/known-differences.json, and in docs/prefect.md from there. The exit code
is 1 when there is another.`);
  process.exit(0);
}

const { seed, requests, python } = values;
const databases = (["sqlite", "postgresql"] as const).filter(
  (name) => values.database === undefined || values.database === name,
);
if (databases.length === 0)
  throw new Error(`--database is ${JSON.stringify(values.database)}: give sqlite or postgresql`);
if (python === "") throw new Error("--python or PREFECT_PYTHON must name a Python that has Prefect");
for (const name of ["seed", "requests"] as const) {
  if (!(Number(values[name]) > 0))
    throw new Error(`--${name} is ${JSON.stringify(values[name])}: give a number above 0`);
}
const nouns = values.nouns?.split(",").map((noun) => noun.trim());
const strange = nouns?.find((noun) => grammars.every((grammar) => grammar.noun !== noun));
if (strange !== undefined) throw new Error(`--nouns has ${JSON.stringify(strange)}, which has no grammar`);

const servers = await startServers(python, databases);
try {
  const report = await compareServers(servers, { seed: Number(seed), requests: Number(requests), nouns });
  console.log(describe(report).join("\n"));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report.unlisted, null, 2)}\n`);
  console.log(`again: npm run differential -- --seed ${seed} --requests ${requests}`);
  process.exitCode = report.unlisted.length === 0 ? 0 : 1;
} finally {
  await servers.stop();
}
