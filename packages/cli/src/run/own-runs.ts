import { observeRuns } from "@ostinato/sdk/observers";
import { usageError } from "../errors.ts";
import type { Outcome } from "./outcome.ts";

const hook = Symbol.for("ostinato.onTopLevelFlow");
const hooks = globalThis as { [hook]?: ((call: { readonly flowName: string }) => void) | undefined };

/** A file that calls its flow by itself, as a program that `node` runs does. */
export interface OwnRuns {
  /** How often it has called one. */
  readonly calls: number;
  /** The last one that began, as far as it has come. */
  outcome(): Outcome | undefined;
}

const unsuccessful: readonly string[] = ["FAILED", "CRASHED", "CANCELLED"];

/** Lets a file run its flows by itself and listens. */
export function watchOwnRuns(): OwnRuns {
  let calls = 0;
  let last: Outcome | undefined;
  const started = new Map<string, number>();
  hooks[hook] = () => {
    calls += 1;
  };
  observeRuns((observation) => {
    if (observation.kind !== "flow-run" || observation.parentId !== null) return;
    const { id, name, flowName, url, state } = observation;
    const start = started.get(id) ?? performance.now();
    started.set(id, start);
    last = {
      flowRunId: id,
      flowRunName: name,
      flowName,
      stateType: state.type,
      stateName: state.name,
      message: state.message,
      seconds: (performance.now() - start) / 1000,
      url: url ?? undefined,
      ...(unsuccessful.includes(state.type) ? { error: new Error(state.message) } : {}),
    };
  });
  return {
    get calls() {
      return calls;
    },
    outcome: () => last,
  };
}

/** A call of its own would run the flow twice, or with other parameters than those that were given. */
export function refuseOwnRuns(shown: string): void {
  hooks[hook] = ({ flowName }) => {
    throw usageError(
      `${shown} runs flow ${flowName} by itself when it is loaded, which would run it beside what was asked for. Let it do so only as a program of its own: if (import.meta.main) await ${flowName}(…)`,
    );
  };
}

/** From here on flows are called by whom they please. */
export function allowRuns(): void {
  hooks[hook] = undefined;
}
