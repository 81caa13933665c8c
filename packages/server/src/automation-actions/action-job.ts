import type { Timestamp } from "@ostinato/core";
import type { Action, Automation, Event, Resource } from "@ostinato/protocol";
import type { Firing } from "../triggers/composites.rules.ts";

/** An action of a firing, with what it is about. */
export interface ActionJob {
  /** The same at each attempt: what reaches outside says it, so that twice is known to be once. */
  readonly id: string;
  readonly automation: Automation;
  readonly firing: Firing;
  readonly action: Action;
  readonly index: number;
  readonly chain: number;
  readonly triggered: Timestamp;
  /** `prefect.automation.triggered` of the firing. */
  readonly triggeredEventId: string | null;
  /** The event that the action is about; undefined where there was none, or where it is gone. */
  readonly event: Event | undefined;
  /** All events of the firing, by their ids. */
  readonly events: ReadonlyMap<string, Event>;
  /** Attempts that have failed. */
  readonly attempts: number;
}

/** What an action did, for those who look for it. */
export interface Done {
  /** What the events of the action tell of it beside its kind. */
  readonly details: Readonly<Record<string, unknown>>;
  /** What it was done to, and what it made. */
  readonly related: readonly Resource[];
}

/** An action could not be done. */
export class ActionFailed extends Error {
  override readonly name = "ActionFailed";
  readonly done: Done;
  /** Whether it may pass by itself. */
  readonly mayPass: boolean;

  constructor(
    reason: string,
    { mayPass = false, details = {}, related = [] }: Partial<Done> & { mayPass?: boolean } = {},
  ) {
    super(reason);
    this.mayPass = mayPass;
    this.done = { details, related };
  }
}

export function target(kind: string, id: string, name?: string): Resource {
  const label = name === undefined ? {} : { "prefect.resource.name": name };
  return { "prefect.resource.id": `prefect.${kind}.${id}`, ...label, "prefect.resource.role": "target" };
}
