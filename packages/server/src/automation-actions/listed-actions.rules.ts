import type { Action, ActionList, Automation } from "@ostinato/protocol";
import type { Firing } from "../triggers/composites.rules.ts";

/** An action with its place. */
export interface ListedAction {
  readonly list: ActionList;
  /** Its place in the list. */
  readonly place: number;
  /** Its place among the actions of all given lists, by which events and keys of runs name it. */
  readonly index: number;
  readonly action: Action;
}

/** The actions of these lists of the automation, one list after the other. */
export function actionsOf(automation: Automation, lists: readonly ActionList[]): readonly ListedAction[] {
  return lists
    .flatMap((list) => automation[list].map((action, place) => ({ list, place, action })))
    .map((listed, index) => ({ ...listed, index }));
}

/** The lists whose actions a firing has done. */
export function listsOf({ resolved }: Pick<Firing, "resolved">): readonly ActionList[] {
  return listsWith(resolved === true ? "actions_on_resolve" : "actions");
}

/** The lists whose actions are done together with those of this one. */
export function listsWith(list: ActionList): readonly ActionList[] {
  return list === "actions_on_resolve" ? [list] : ["actions", "actions_on_trigger"];
}
