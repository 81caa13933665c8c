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
