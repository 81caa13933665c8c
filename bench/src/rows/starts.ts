import type { Work } from "../group.ts";
import { amount, type Effort, repeat } from "../row.ts";
import type { StartedFlow } from "../started-flow.ts";
import type { Target } from "../target.ts";

/** All runs are known before the first is due: a process that only polls hears of them in time, too. */
const leadSeconds = 20;

interface StartsOf<Stage> {
  /** What starts the runs, for the names of the rows. */
  readonly what: string;
  /** Runs of each row, at full effort. */
  readonly count: number;
  readonly start: (stage: Stage) => Promise<StartedFlow>;
}

/** How soon a run is Running: one that was planned, and one that somebody asks for. */
export function startWorks<Stage extends { readonly target: Target }>(
  options: StartsOf<Stage>,
): readonly Work<Stage>[] {
  const { what } = options;
  return [
    startWork(options, {
      row: `due to Running, ${what}`,
      how: (count, spacing) =>
        `${count} runs ${spacing} s apart, made ${leadSeconds} s before the first; from a run's time to its state Running, each in a process of its own`,
      async measure(started, count, spacingSeconds) {
        const first = Date.now() + leadSeconds * 1000;
        const times = Array.from({ length: count }, (_, index) => first + index * spacingSeconds * 1000);
        const ids: string[] = [];
        for (const time of times) ids.push(await started.ask(time));
        const running: number[] = [];
        for (const id of ids) running.push(await started.runningMillis(id));
        return running.map((millis, index) => millis - (times[index] ?? Number.NaN));
      },
    }),
    startWork(options, {
      row: `asked for to Running, ${what}`,
      how: (count) =>
        `${count} runs one after the other; from POST /deployments/{id}/create_flow_run to the state Running`,
      measure: (started, count) =>
        repeat(count, async () => {
          const begun = Date.now();
          return (await started.runningMillis(await started.ask(begun))) - begun;
        }),
    }),
  ];
}

interface Starts {
  readonly row: string;
  readonly how: (count: number, spacingSeconds: number) => string;
  /** Gives milliseconds. */
  readonly measure: (started: StartedFlow, count: number, spacingSeconds: number) => Promise<readonly number[]>;
}

function startWork<Stage extends { readonly target: Target }>(
  { what, count: full, start }: StartsOf<Stage>,
  { row, how, measure }: Starts,
): Work<Stage> {
  const count = (effort: Effort) => amount(effort, full, 5);
  // A peer's process takes longer to start a run.
  const spacingSeconds = (peer: boolean) => (peer ? 6 : 1.5);
  return {
    rows: [{ row, unit: "ms" }],
    peers: true,
    how: (effort) => how(count(effort), spacingSeconds(false)),
    notice: (effort) => `starting ${count(effort)} runs of ${what}`,
    async measure(stage, effort) {
      const started = await start(stage);
      try {
        return [await measure(started, count(effort), spacingSeconds(stage.target.peer))];
      } finally {
        await started.stop();
      }
    },
  };
}
