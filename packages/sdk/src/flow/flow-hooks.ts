import type { StateType } from "@ostinato/core";
import { type Action, isAction } from "../automations/action.ts";
import type { Hook, Hooks } from "../run/hooks.ts";
import type { CompletedState, RunState, UnsuccessfulState } from "../states.ts";

/**
 * What happens when a run of the flow reaches a state. Functions are called by the process of the run. Actions of `ostinato/automations`, such as
 * `notify(slack("team"))`, are done by the server, also where that process has died.
 */
export interface FlowHooks {
  readonly onRunning?: HooksFor<RunState>;
  readonly onCompletion?: HooksFor<CompletedState<unknown>>;
  /** Its actions are done for crashed runs too, unless `onCrashed` has actions of its own. */
  readonly onFailure?: HooksFor<UnsuccessfulState>;
  readonly onCancellation?: HooksFor<UnsuccessfulState>;
  readonly onCrashed?: HooksFor<UnsuccessfulState>;
}

type HooksFor<S extends RunState> = Hook<S> | Action | readonly (Hook<S> | Action)[];

/** The actions that the server does when a run comes into a state of one of the types. */
export interface ActionsOfHook {
  /** The name of the option. */
  readonly hook: keyof FlowHooks;
  readonly types: readonly StateType[];
  readonly actions: readonly Action[];
}

export type StateActions = readonly ActionsOfHook[];

const typesOf = {
  onRunning: ["RUNNING"],
  onCompletion: ["COMPLETED"],
  onFailure: ["FAILED"],
  onCancellation: ["CANCELLED"],
  onCrashed: ["CRASHED"],
} as const satisfies Readonly<Record<keyof FlowHooks, readonly StateType[]>>;

/** The functions and the actions of the options, apart. What is neither stays among the functions, whose check refuses it. */
export function splitHooks(options: FlowHooks): { readonly hooks: Hooks; readonly actions: StateActions } {
  const hooks: Record<string, unknown> = {};
  const actions: ActionsOfHook[] = [];
  for (const hook of Object.keys(typesOf) as (keyof FlowHooks)[]) {
    const given: unknown = Object(options)[hook];
    const all: readonly unknown[] = Array.isArray(given) ? given : [given];
    const own = all.filter(isAction);
    if (own.length > 0) actions.push({ hook, types: typesOf[hook], actions: own });
    const rest = all.filter((each) => !isAction(each));
    // A list without functions would be looked at by each run.
    hooks[hook] = own.length === 0 ? given : rest.length === 0 ? undefined : rest;
  }
  const hasCrashed = actions.some(({ hook }) => hook === "onCrashed");
  return {
    hooks: hooks as Hooks,
    actions: actions.map((each) =>
      each.hook === "onFailure" && !hasCrashed ? { ...each, types: ["FAILED", "CRASHED"] } : each,
    ),
  };
}
