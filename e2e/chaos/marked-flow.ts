import { currentRun, flow, task } from "ostinato";
import { marked } from "./marking.ts";

const stepMillis = 150;
const steps = 8;

const step = task({ name: "step" }, async function step(index: number) {
  await new Promise((resolve) => setTimeout(resolve, stepMillis));
  return index;
});

/** A flow whose processes mark their work, with the claim under which they act, which `injection.mjs` has kept. */
export function markedFlow(name: string) {
  return flow({ name }, async function marks({ deployment }: { deployment: string }) {
    const claim = process.env.CHAOS_CLAIM ?? "";
    return marked({ run: currentRun().id, deployment, claim }, async () => {
      let sum = 0;
      for (let index = 0; index < steps; index += 1) sum += await step(index);
      return sum;
    });
  });
}
