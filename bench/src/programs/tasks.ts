import { flow, resumeRun, task } from "ostinato";

/**
 * A flow of tasks that do nothing, in a process of its own. Prints one JSON line: the id of the run, and the seconds that the flow took at
 * the client from its call to its final state, with everything delivered.
 */
const [count = "1000", mode = "concurrent"] = process.argv.slice(2);

const nothing = task({ name: "nothing" }, (index: number) => index);
const kept = task({ name: "kept", cache: { by: "inputs" } }, (index: number) => index);

/** Whether the flow fails after its last task. */
let breaks = mode === "resumed";

const tasks = flow({ name: `bench ${mode}` }, async function tasks({ count }: { count: number }) {
  switch (mode) {
    case "sequential":
      for (let index = 0; index < count; index += 1) await nothing(index);
      return;
    case "cached":
      for (let index = 0; index < count; index += 1) await kept(index % 10);
      return;
    default:
      await nothing.map(Array.from({ length: count }, (_, index) => index));
      if (breaks) throw new Error("as planned");
  }
});

await flow({ name: "bench warm-up" }, () => nothing(0))();
const size = Number(count);
let begun = performance.now();
let run = tasks({ count: size });
if (mode === "resumed") {
  await run.catch(() => undefined);
  breaks = false;
  begun = performance.now();
  run = resumeRun(run.id ?? "", tasks);
}
await run;
console.log(JSON.stringify({ id: run.id, seconds: (performance.now() - begun) / 1000 }));
