import type { ActionType } from "@ostinato/protocol";

const mark: unique symbol = Symbol.for("ostinato.action") as never;

/** What an automation does. The functions of `ostinato/automations` make it. */
export interface Action {
  readonly [mark]: true;
  readonly type: ActionType;
  /** As the server takes it, with references in place of ids. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export function isAction(value: unknown): value is Action {
  return typeof value === "object" && value !== null && mark in value;
}

export function madeAction(type: ActionType, fields: Action["fields"]): Action {
  return { [mark]: true, type, fields };
}
