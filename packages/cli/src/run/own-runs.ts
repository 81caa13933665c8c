import { observeRuns } from "@ostinato/sdk/observers";
import { usageError } from "../errors.ts";
import type { Outcome } from "./outcome.ts";

const hook = Symbol.for("ostinato.onTopLevelFlow");
const hooks = globalThis as { [hook]?: ((call: { readonly flowName: string }) => void) | undefined };

/** A file that calls its flow itself, as a program for `node` does. */
export interface OwnRuns {
  /** How many calls it has made. */
  readonly calls: number;
  /** The last run that began, so far. */
  outcome(): Outcome | undefined;
}

const unsuccessful: readonly string[] = ["FAILED", "CRASHED", "CANCELLED"];

/** Lets a file run its flows itself, and observes them. */
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

/** The file's own call would run the flow twice, or with parameters other than those given. */
export function refuseOwnRuns(shown: string): void {
  hooks[hook] = ({ flowName }) => {
    throw usageError(
      `${shown} runs flow ${flowName} itself when it is loaded, in addition to the run that you asked for. Limit that to direct starts: if (import.meta.main) await ${flowName}(…)`,
    );
  };
}

/** Allows calls of flows again. */
export function allowRuns(): void {
  hooks[hook] = undefined;
}
