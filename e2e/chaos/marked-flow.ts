import { appendFileSync } from "node:fs";
import { currentRun, flow, task } from "ostinato";

/**
 * A flow whose processes write marks to a file: when the flow begins, while it works, and when it ends, with the claim under which the process
 * acts, which `injection.mjs` has kept. Any of these processes may be killed at any moment.
 */
const marksFile = process.env.CHAOS_MARKS ?? "";
const stepMillis = 150;
const beatMillis = 50;

function mark(kind: "begin" | "beat" | "end", run: string, deployment: string): void {
  // A clock that all processes of the machine share, and that no fault moves.
  const nanos = String(process.hrtime.bigint());
  const claim = process.env.CHAOS_CLAIM ?? "";
  appendFileSync(marksFile, `${JSON.stringify({ kind, run, deployment, claim, pid: process.pid, nanos })}\n`);
}

const step = task({ name: "step" }, async function step(index: number) {
  await new Promise((resolve) => setTimeout(resolve, stepMillis));
  return index;
});

const steps = 8;

export function markedFlow(name: string) {
  return flow({ name }, async function marked({ deployment }: { deployment: string }) {
    const { id } = currentRun();
    mark("begin", id, deployment);
    const beats = setInterval(() => mark("beat", id, deployment), beatMillis);
    try {
      let sum = 0;
      for (let index = 0; index < steps; index += 1) sum += await step(index);
      return sum;
    } finally {
      clearInterval(beats);
      mark("end", id, deployment);
    }
  });
}
