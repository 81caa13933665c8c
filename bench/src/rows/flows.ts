import { runFlow } from "../flow-program.ts";
import { type Group, group } from "../group.ts";
import { repeat } from "../row.ts";
import type { Target } from "../target.ts";
import { flowWork } from "./flow-work.ts";

/** Flows of tasks that do nothing, run by the SDK in a process of its own against the server. */
export const flows: Group = group<Target>({
  name: "flows",
  open: async (target) => target,
  close: () => {},
  works: [
    ...flowWork(runFlow),
    {
      rows: [{ row: "resume of a flow of 1000 finished tasks", unit: "s" }],
      how: () =>
        "its flow failed after the last task; from resumeRun() to the final state, every result taken from the server",
      async measure(target, { runs }) {
        return [(await repeat(runs, () => runFlow(target, 1000, "resumed"))).map(({ seconds }) => seconds)];
      },
    },
    {
      rows: [{ row: "cached task", unit: "ms" }],
      how: () => "200 calls one after the other, of ten inputs, found by cache key; by call",
      async measure(target, { runs }) {
        const times = await repeat(runs, () => runFlow(target, 200, "cached"));
        return [times.map(({ seconds }) => (seconds * 1000) / 200)];
      },
    },
  ],
});
