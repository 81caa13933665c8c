import type { Duration } from "@ostinato/core";
import type { Resource } from "@ostinato/protocol";

/**
 * What an event is about: an id such as `"model/taxi"`, or labels of which `id` is one. `id`, `name` and `role` stand for
 * `prefect.resource.id`, `prefect.resource.name` and `prefect.resource.role`; other labels are sent as they are.
 */
export type ResourceOptions = string | ({ readonly id: string } & Labels) | { readonly "prefect.resource.id": string };

/** A further resource of an event, with its role: `{ id: "dataset/trips", role: "dataset" }`. */
export type RelatedOptions =
  | ({ readonly id: string; readonly role: string } & Labels)
  | { readonly "prefect.resource.id": string; readonly "prefect.resource.role": string };

type Labels = Readonly<Record<string, string>>;

export interface EmitOptions {
  /** What the event is about. The run by default, inside a run. At most 1024 bytes for its id and role, and 500 labels. */
  readonly resource?: ResourceOptions;
  /** At most 100 in all. Inside a run its run, flow, deployment, work queue, work pool and tags are added. */
  readonly related?: readonly RelatedOptions[];
  /** Values of JSON. The event has at most 1,500,000 characters as JSON. */
  readonly payload?: Readonly<Record<string, unknown>>;
  /** The event, or the id of the event, that came before this one: triggers see the two in this order. */
  readonly follows?: Pick<EmittedEvent, "id"> | string;
  /** When it happened, with its offset: `"2026-01-01T06:00:00Z"`. Now by default. */
  readonly occurred?: string | Date;
}

export interface EventOptions {
  /** What the event is about: its id, with `*` for any characters, or patterns for its labels. */
  readonly resource?: string | LabelPatterns;
  /** A related resource, or several that all have to be there. */
  readonly related?: string | LabelPatterns | readonly (string | LabelPatterns)[];
  /**
   * From when on events count, by the time at which the server has received them: from this call (`"now"`, the default), from the beginning of the run
   * (`"run"`), or after an event that was received before, so that a loop misses none.
   */
  readonly since?: "now" | "run" | ReceivedEvent;
  /** How long to wait, from the first call on. Without a limit by default. */
  readonly timeout?: Duration;
  /** Identifies the wait in its run, in place of its number. Needed where waits do not come in the same order each time. */
  readonly key?: string;
}

/** A pattern, or several of which one has to fit. `*` stands for any characters, `!` at the beginning turns a pattern round. */
type LabelPatterns = Readonly<Record<string, string | readonly string[]>>;

/** An event that `event()` has returned. Whole numbers beyond 2^53 in its payload are bigints. */
export interface ReceivedEvent extends EmittedEvent {
  /** When the server received it. */
  readonly received: string;
}

/** An event as it was sent. */
export interface EmittedEvent {
  readonly id: string;
  readonly event: string;
  /** With microseconds: `"2026-12-01T02:00:00.000000Z"`. */
  readonly occurred: string;
  readonly resource: Resource;
  readonly related: readonly Resource[];
  readonly payload: Readonly<Record<string, unknown>>;
  readonly follows: string | null;
}
