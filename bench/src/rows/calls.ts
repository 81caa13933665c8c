import type { Work } from "../group.ts";
import { answered, type Load, load } from "../http-load.ts";
import { amount, type Effort, repeat } from "../row.ts";
import type { Target } from "../target.ts";

export interface Calls<Stage> {
  readonly row: string;
  readonly what: string;
  readonly connections: number;
  /** Calls per run, at full effort. */
  readonly calls: number;
  /** The weight of a call in the rate. */
  readonly perCall?: number;
  /** Prepares this many calls, untimed. */
  readonly prepare?: (stage: Stage, count: number) => Promise<unknown>;
  readonly call: (stage: Stage, index: number) => Promise<{ readonly status: number }>;
}

/** A row with the rate of the calls, and one with their latencies. */
export function calls<Stage extends { readonly target: Target }>(options: Calls<Stage>): Work<Stage> {
  const { row, what, connections, calls, perCall = 1, prepare, call } = options;
  const count = (effort: Effort) => amount(effort, calls, connections * 4);
  return {
    rows: [
      { row, unit: "/s" },
      { row: `${row}: latency`, unit: "ms" },
    ],
    peers: true,
    how: (effort) => `${what}, ${connections} connection${connections === 1 ? "" : "s"}, ${count(effort)} calls a run`,
    async measure(stage, effort) {
      const loads = await repeat(effort.runs, async () => {
        await prepare?.(stage, count(effort));
        return load(count(effort), connections, (index) => answered(stage.target, () => call(stage, index)));
      });
      refuseRefusals(stage.target, loads);
      return [loads.map(({ perSecond }) => perSecond * perCall), loads.flatMap(({ latencies }) => latencies)];
    },
  };
}

/** A peer's refusals are part of the comparison; Ostinato's are failures. */
function refuseRefusals({ name, peer }: Target, loads: readonly Load[]): void {
  const refused = loads.reduce((sum, one) => sum + one.refused, 0);
  if (refused === 0) return;
  const told = `${refused} of ${loads.reduce((sum, { latencies }) => sum + latencies.length, 0)} calls were refused`;
  if (!peer) throw new Error(told);
  console.log(`  ${name}: ${told}; they do not count in the rate`);
}
