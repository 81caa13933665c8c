import { logLevels } from "@ostinato/protocol";
import { failureMessage } from "./failure-text.ts";
import type { FinalState, RunState } from "./states.ts";

/** What a hook is told. */
export interface HookEvent {
  readonly run: { readonly id: string; readonly name: string; readonly attempt: number };
  /** The name of the flow or task. */
  readonly of: string;
  readonly state: RunState | FinalState<unknown>;
}

export type Hook = (event: HookEvent) => unknown;

/** Functions to call when a run reaches a state. What they throw is logged and changes nothing. */
export interface Hooks {
  readonly onRunning?: Hook | readonly Hook[];
  readonly onCompletion?: Hook | readonly Hook[];
  readonly onFailure?: Hook | readonly Hook[];
  readonly onCancellation?: Hook | readonly Hook[];
  readonly onCrashed?: Hook | readonly Hook[];
}

/** Calls the hooks for the state, one after the other, each awaited. */
export async function callHooks(
  hooks: Hooks,
  event: HookEvent,
  report: (level: number, message: string) => void,
): Promise<void> {
  for (const hook of [hooksFor(hooks, event.state)].flat()) {
    try {
      await hook?.(event);
    } catch (error) {
      const name = hook?.name === undefined || hook.name === "" ? "a hook" : `the hook ${hook.name}`;
      report(logLevels.error, `${name} of "${event.of}" failed: ${failureMessage(error)}`);
    }
  }
}

export function hasHookFor(hooks: Hooks, state: RunState): boolean {
  return hooksFor(hooks, state) !== undefined;
}

function hooksFor(hooks: Hooks, { type }: RunState): Hook | readonly Hook[] | undefined {
  switch (type) {
    case "RUNNING":
      return hooks.onRunning;
    case "COMPLETED":
      return hooks.onCompletion;
    case "FAILED":
      return hooks.onFailure;
    case "CANCELLED":
      return hooks.onCancellation;
    case "CRASHED":
      return hooks.onCrashed;
    default:
      return undefined;
  }
}
