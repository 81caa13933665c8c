import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type Mutant, mutantsOf } from "./mutation/mutants.ts";

const folder = "packages/server/src/criteria";

/** The sources whose criteria are changed one at a time, each with the tests that should notice. */
const targets: readonly { readonly file: string; readonly tests: readonly string[] }[] = [
  { file: "flows", tests: ["flows"] },
  { file: "flow-runs", tests: ["flow-runs"] },
  { file: "task-runs", tests: ["task-runs"] },
  { file: "deployments", tests: ["flow-runs"] },
  { file: "work-pools", tests: ["flow-runs"] },
  { file: "artifacts", tests: ["artifacts"] },
  { file: "logs", tests: ["logs"] },
  { file: "events", tests: ["events"] },
  { file: "operators", tests: ["flow-runs", "task-runs", "flows", "artifacts", "logs"] },
  { file: "related", tests: ["flow-runs", "task-runs", "flows", "artifacts"] },
];

// `npm run mutate` changes every criterion in every way; `npm run mutate -- --only related --at-once 1` those of one file.
const { values } = parseArgs({ options: { only: { type: "string" }, "at-once": { type: "string" } } });
const atOnce = Number(values["at-once"] ?? Math.min(2, availableParallelism()));
const chosen = targets.filter(({ file }) => values.only === undefined || values.only === file);
if (chosen.length === 0) {
  console.error(`There is no "${values.only}". There are: ${targets.map(({ file }) => file).join(", ")}`);
  process.exit(1);
}

const queue = chosen.flatMap(({ file, tests }) => {
  const path = `${folder}/${file}.queries.ts`;
  return mutantsOf(path, readFileSync(path, "utf8")).map((mutant) => ({ mutant, tests }));
});
const survivors: Mutant[] = [];
const total = queue.length;
let done = 0;
// Tests that fail without a change would seem to notice every change.
await expectToPass("The tests fail as it is: run them first, `npx vitest run packages/server/src/criteria`");
console.log(`${total} changes, ${atOnce} at a time`);
await Promise.all(Array.from({ length: atOnce }, work));
await expectToPass("The tests fail at the end without a change, so the counts say nothing: run it again");
for (const { file, line, what } of survivors) console.log(`survives: ${file}:${line}: ${what}`);
console.log(`${total - survivors.length} of ${total} changes are noticed by a test`);
process.exitCode = survivors.length === 0 ? 0 : 1;

async function expectToPass(otherwise: string): Promise<void> {
  if (!(await failsWith(null, [...new Set(chosen.flatMap(({ tests }) => tests))]))) return;
  console.error(otherwise);
  process.exit(1);
}

async function work(): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const isNoticed = await failsWith(next.mutant, next.tests);
    if (!isNoticed) survivors.push(next.mutant);
    done += 1;
    if (!isNoticed || done % 10 === 0)
      console.log(`${done}/${total} ${isNoticed ? "" : `survives: ${next.mutant.what}`}`);
  }
}

/** Runs the tests on SQLite with the changed source, which exists only in the test's memory. */
function failsWith(mutant: Mutant | null, tests: readonly string[]): Promise<boolean> {
  const files = tests.map((test) => `${folder}/${test}.test.ts`);
  const args = ["run", "--config", "scripts/mutation/vitest.config.ts", "--bail=1", "-t", "on sqlite", ...files];
  const env = { ...process.env, OSTINATO_MUTANT: JSON.stringify(mutant) };
  return new Promise((resolve, reject) => {
    const child = spawn("vitest", args, { env, stdio: "ignore", shell: process.platform === "win32" });
    child.on("error", reject);
    child.on("close", (code) => resolve(code !== 0));
  });
}
