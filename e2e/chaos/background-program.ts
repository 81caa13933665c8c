import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync } from "node:fs";
import { currentRun, task, worker } from "ostinato";
import { marked } from "./marking.ts";

/**
 * Works on delayed runs of a task, as `worker`, or delays such runs and waits for their results, as `client`: until the file is there that its
 * second argument names. It writes what it was told to the file that its third argument names.
 */
const [role, stopFile = "", notesFile = ""] = process.argv.slice(2);
const workMillis = 150;
const lanes = 3;

const work = task(
  { name: "chaos background", key: "chaos background", retries: 100 },
  async function work(number: number) {
    const { id } = currentRun();
    return marked({ run: id, deployment: "chaos background", claim: randomUUID() }, async () => {
      await new Promise((resolve) => setTimeout(resolve, workMillis));
      return 2 * number;
    });
  },
);

async function delayAgainAndAgain(first: number): Promise<void> {
  for (let number = first; !existsSync(stopFile); number += lanes) {
    const run = await work.delay(number);
    note({ run: run.id, number });
    const { type, ...final } = await run.finished();
    note({ run: run.id, type, ...("value" in final ? { value: final.value } : {}) });
  }
}

function note(what: object): void {
  appendFileSync(notesFile, `${JSON.stringify(what)}\n`);
}

if (role === "worker") await worker([work], { limit: 2 });
else {
  console.log("delays tasks");
  await Promise.all(Array.from({ length: lanes }, (_, index) => delayAgainAndAgain(index)));
}
