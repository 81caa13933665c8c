import { logLevels } from "@ostinato/protocol/log-levels";
import { failureMessage } from "../failures/failure-text.ts";
import type { CompletedState, RunState, UnsuccessfulState } from "../states.ts";

/** The argument of a hook. Hooks for one kind of end get a state of that kind. */
export interface HookEvent<S extends RunState = RunState> {
  readonly run: { readonly id: string; readonly name: string; readonly attempt: number };
  /** The name of the flow or task. */
  readonly of: string;
  readonly state: S;
}

export type Hook<S extends RunState = RunState> = (event: HookEvent<S>) => unknown;

/** Functions to call when a run reaches a state. Their errors are logged and change nothing. */
export interface Hooks {
  readonly onRunning?: HooksFor<RunState>;
  readonly onCompletion?: HooksFor<CompletedState<unknown>>;
  readonly onFailure?: HooksFor<UnsuccessfulState>;
  readonly onCancellation?: HooksFor<UnsuccessfulState>;
  readonly onCrashed?: HooksFor<UnsuccessfulState>;
}

type HooksFor<S extends RunState> = Hook<S> | readonly Hook<S>[];

/** Calls the hooks for the state, one after the other, and awaits each. */
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
  // The type of the state selects the hooks that accept it.
  return hooksByType(hooks, type) as Hook | readonly Hook[] | undefined;
}

function hooksByType(hooks: Hooks, type: RunState["type"]) {
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
