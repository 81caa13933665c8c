import { isDeepStrictEqual } from "node:util";
import { jsonText, parseJson } from "@ostinato/core";
import type { ActionInput, Automation } from "@ostinato/protocol";
import { redactInside } from "../secrets/redaction.ts";
import type { AutomationDefinition } from "./definition.ts";

/** What an automation says, by field, with everything that is left to its defaults. */
export type AutomationFields = Readonly<Record<keyof typeof fieldNames, unknown>>;

const fieldNames = {
  description: true,
  tags: true,
  enabled: true,
  trigger: true,
  actions: true,
  actions_on_trigger: true,
  actions_on_resolve: true,
} as const;

export const automationFields = Object.keys(fieldNames) as readonly (keyof typeof fieldNames)[];

export interface ResolvedActions {
  readonly actions: readonly ActionInput[];
  readonly actions_on_trigger: readonly ActionInput[];
  readonly actions_on_resolve: readonly ActionInput[];
}

/**
 * What is wanted, as it is sent and kept: without the secrets that the program knows. A switch that the definition leaves open is that of the
 * kept automation.
 */
export function wantedFields(
  { description, tags, enabled, trigger }: AutomationDefinition,
  resolved: ResolvedActions,
  existing: Automation | undefined,
): AutomationFields {
  const fields = { description, tags, enabled: enabled ?? existing?.enabled ?? true, trigger: withoutIds(trigger) };
  return asJson(redactInside({ ...fields, ...resolved }));
}

/** What the server has. */
export function presentFields({ description, tags, enabled, trigger, actions, ...rest }: Automation): AutomationFields {
  const { actions_on_trigger, actions_on_resolve } = rest;
  return asJson({
    description,
    tags,
    enabled,
    trigger: withoutIds(trigger),
    actions,
    actions_on_trigger,
    actions_on_resolve,
  });
}

export function isSameField(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(one, other);
}

/** The server gives triggers ids of its own. */
function withoutIds(trigger: unknown): unknown {
  if (Array.isArray(trigger)) return trigger.map(withoutIds);
  if (typeof trigger !== "object" || trigger === null || !("type" in trigger)) return trigger;
  const { id: _, triggers, ...fields } = trigger as { readonly id?: unknown; readonly triggers?: unknown };
  return triggers === undefined ? fields : { ...fields, triggers: withoutIds(triggers) };
}

function asJson<T>(value: T): T {
  return parseJson(jsonText(value) ?? "null") as T;
}
