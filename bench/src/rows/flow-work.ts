import type { FlowTimes } from "../flow-program.ts";
import type { Work } from "../group.ts";
import { type Effort, repeat } from "../row.ts";

export const flowSizes = [1, 100, 1000, 10_000] as const;
export const flowModes = ["sequential", "concurrent"] as const;

export type FlowMode = (typeof flowModes)[number];
export type RunFlow<Stage> = (stage: Stage, size: number, mode: FlowMode) => Promise<FlowTimes>;

export function flowName(size: number, mode: FlowMode): string {
  return `flow of ${size} tasks, ${mode}`;
}

/** The rows for flows of every size, for each system that can run them. */
export function flowWork<Stage>(run: RunFlow<Stage>): readonly Work<Stage>[] {
  return flowSizes.flatMap((size) => flowModes.map((mode) => oneFlow(run, size, mode)));
}

function oneFlow<Stage>(run: RunFlow<Stage>, size: number, mode: FlowMode): Work<Stage> {
  const name = flowName(size, mode);
  return {
    rows: [
      { row: `${name}: client`, unit: "s" },
      { row: `${name}: seen finished`, unit: "s" },
      // For a single task this equals the client's row.
      ...(size === 1 ? [] : perTask(name)),
    ],
    peers: size <= 1000,
    long: size > 1000,
    how: () =>
      `${size} tasks that return their argument, in a process of their own, the flow run's own start and end with them; ` +
      "the client's time is until the flow's final state with everything delivered, seen is until a count on the server is whole",
    notice: (effort) => (size >= 10_000 ? `${runsOf(effort, size)} flows of ${size} tasks, ${mode}` : undefined),
    async measure(stage, effort) {
      const times = await repeat(runsOf(effort, size), () => run(stage, size, mode));
      const client = times.map(({ seconds }) => seconds);
      const seen = times.map((time) => time.seen);
      const each = (all: readonly number[]) => all.map((seconds) => (seconds * 1000) / size);
      return [client, seen, each(client), each(seen)];
    },
  };
}

function perTask(name: string) {
  return [
    { row: `${name}: per task`, unit: "ms" },
    { row: `${name}: per durable task`, unit: "ms" },
  ] as const;
}

function runsOf({ runs }: Effort, size: number): number {
  return size > 1000 ? Math.min(runs, 3) : runs;
}
