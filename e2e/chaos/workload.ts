import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { artifact, flow, log, resumeRun, task, unmapped } from "ostinato";

/**
 * A flow with retries, subflows, a cache, `.map`, logs, an artifact and large results, in a process that may be killed at any moment. It
 * writes a line to its ledger whenever the function of a task has run, before the task can be known as finished. Arguments: the ledger's
 * file, a name for the run, the number of steps, and the id of a run to resume, if any. It prints its id and then its end: the result, or
 * the name of its state.
 */
const [ledger = "", name = "", stepsText = "20", resume] = process.argv.slice(2);
const steps = Number(stepsText);
const self = randomUUID();
let logged = 0;
const artifacts: string[] = [];

function ran(call: string): void {
  appendFileSync(ledger, `${call}\n`);
}

const taskRetries = 3;

/** Fails now and then, regularly over all processes of the run together: for some steps more often than the task has retries. */
function fail(index: number): void {
  const wanted = index === 4 && steps % 5 === 0 ? taskRetries + 2 : index % 7 === 3 ? 2 : 0;
  const file = `${ledger}.failures`;
  const failures = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  if (failures.filter((line) => line === String(index)).length >= wanted) return;
  appendFileSync(file, `${index}\n`);
  throw new Error(`step ${index} fails at times`);
}

const stepMillis = 20;
const largeLength = 50_000;

const step = task(
  { name: "step", runName: "step {index}", retries: taskRetries, retryDelay: "10ms" },
  async function step(_run: string, index: number) {
    await new Promise((resolve) => setTimeout(resolve, stepMillis));
    fail(index);
    ran(`step ${index}`);
    log.info("line {line} of {self}", { line: logged, self });
    logged += 1;
    return index * 2;
  },
);

const large = task({ name: "large", runName: "large {index}" }, async function large(run: string, index: number) {
  ran(`large ${index}`);
  return `${index} `.padEnd(largeLength, run);
});

const shared = task({ name: "shared", cache: { by: "inputs" } }, function shared(group: number) {
  return group * 10;
});

const part = flow(
  { name: "chaos part" },
  async function part({ run, from, to }: { run: string; from: number; to: number }) {
    let sum = 0;
    for (let index = from; index < to; index += 1) sum += await step(run, index);
    return sum;
  },
);

export const work = flow(
  { name: "chaos work", retries: 1, retryDelay: "1s" },
  async function work({ run, steps }: { run: string; steps: number }) {
    const half = Math.floor(steps / 2);
    const first = await part({ run, from: 0, to: half });
    const rest = await step.map(
      unmapped(run),
      Array.from({ length: steps - half }, (_, index) => half + index),
      { concurrency: 4 },
    );
    const [text] = await Promise.all([large(run, steps), large(run, steps + 1)]);
    const markdown = randomUUID();
    await artifact.markdown({ key: "chaos", markdown });
    artifacts.push(markdown);
    const sum = first + rest.reduce((total, value) => total + value, 0);
    return sum + (await shared(steps % 3)) + (text.length - largeLength);
  },
);

const parameters = { run: name, steps };
const future = resume === undefined ? work(parameters) : resumeRun(resume, work);
console.log(JSON.stringify({ id: await future.created }));
try {
  const result = await future;
  console.log(JSON.stringify({ ended: "COMPLETED", result, self, logged, artifacts }));
} catch (error) {
  console.log(JSON.stringify({ ended: future.state.type, why: String(error) }));
}
