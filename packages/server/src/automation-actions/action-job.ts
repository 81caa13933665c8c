import type { Timestamp } from "@ostinato/core";
import type { RetryPace } from "@ostinato/messages";
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
  /** The recipients that have a message from attempts that failed in part. */
  readonly delivered: readonly string[];
}

/** What an action did, for those who look for it. */
export interface Done {
  /** What the events of the action tell of it beside its kind. */
  readonly details: Readonly<Record<string, unknown>>;
  /** What it was done to, and what it made. */
  readonly related: readonly Resource[];
}

interface Circumstances extends Partial<Done> {
  readonly retry?: RetryPace;
  readonly delivered?: readonly string[];
}

/** An action could not be done. */
export class ActionFailed extends Error {
  override readonly name = "ActionFailed";
  readonly done: Done;
  /** When another attempt may do better. */
  readonly retry: RetryPace;
  /** The recipients that have the message nevertheless. */
  readonly delivered: readonly string[];

  constructor(reason: string, { retry = "never", details = {}, related = [], delivered = [] }: Circumstances = {}) {
    super(reason);
    this.retry = retry;
    this.delivered = delivered;
    this.done = { details, related };
  }
}

export function target(kind: string, id: string, name?: string): Resource {
  const label = name === undefined ? {} : { "prefect.resource.name": name };
  return { "prefect.resource.id": `prefect.${kind}.${id}`, ...label, "prefect.resource.role": "target" };
}
