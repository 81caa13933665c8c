import type { Automation, Event } from "@ostinato/protocol";
import type { KnownTrigger } from "./counting.rules.ts";
import type { TriggerIndex } from "./trigger-index.rules.ts";

/** The enabled automations as of one version. */
export interface Known {
  readonly version: number;
  readonly automations: ReadonlyMap<string, Automation>;
  /** For each automation the version as of which it began to count. */
  readonly countsFrom: ReadonlyMap<string, number>;
  /** The triggers that take an event. */
  find(event: Event): readonly KnownTrigger[];
  /** The triggers that count an event which was written down as of this version: those that did not begin to count later. */
  counting(event: Event, asOf: number): readonly KnownTrigger[];
  /** The event trigger with an id. */
  triggerOf(id: string): KnownTrigger | undefined;
  /** The automations, indexed, the larger parts first. Some may be old. */
  readonly parts: readonly Part[];
}

/** Automations that are indexed together. */
export interface Part {
  readonly automations: readonly Automation[];
  readonly index: TriggerIndex<KnownTrigger>;
  /** By the ids of their triggers. */
  readonly triggers: ReadonlyMap<string, KnownTrigger>;
}

export const nothingKnown: Known = {
  version: 0,
  automations: new Map(),
  countsFrom: new Map(),
  find: () => [],
  counting: () => [],
  triggerOf: () => undefined,
  parts: [],
};
