import { appendFileSync } from "node:fs";
import { flow, log, resumeRun, task, unmapped } from "ostinato";

/**
 * One flow with retries, subflows and a cache, in a process that may be killed at any moment. It writes a line to its ledger
 * each time the body of a task has run, before the task can be known to have finished: the name of the call and nothing else.
 * Arguments: the ledger's file, a name for the run, how many steps, and the id of the run to go on with, if any.
 */
const [ledger = "", name = "", stepsText = "20", resume] = process.argv.slice(2);
const steps = Number(stepsText);

function ran(call: string): void {
  appendFileSync(ledger, `${call}\n`);
}

const step = task({ name: "step", retries: 2, retryDelay: "10ms" }, async function step(run: string, index: number) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  if (index % 7 === 3 && Math.random() < 0.3) throw new Error("fails at times");
  ran(`step ${run} ${index}`);
  return index * 2;
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
  { name: "chaos work", retries: 1 },
  async function work({ run, steps }: { run: string; steps: number }) {
    const first = await part({ run, from: 0, to: Math.floor(steps / 2) });
    const rest = await step.map(
      unmapped(run),
      Array.from({ length: steps - Math.floor(steps / 2) }, (_, index) => Math.floor(steps / 2) + index),
      { concurrency: 4 },
    );
    log.info("{run} is nearly through", { run });
    return first + rest.reduce((sum, value) => sum + value, 0) + (await shared(steps % 3));
  },
);

const parameters = { run: name, steps };
const future = resume === undefined ? work(parameters) : resumeRun(resume, work);
console.log(JSON.stringify({ id: await future.created }));
console.log(JSON.stringify({ id: future.id, result: await future }));
