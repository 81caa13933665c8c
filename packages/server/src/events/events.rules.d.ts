import { type Timestamp } from "@ostinato/core";
import { EventCreate, type Resource } from "@ostinato/protocol";
import type { Problem } from "../errors.ts";
/** An event before it is kept. */
export interface NewEvent {
  readonly id: string;
  readonly occurred: Timestamp;
  readonly event: string;
  readonly resource: Resource;
  /** Each with its `prefect.resource.role`. */
  readonly related: readonly Resource[];
  readonly payload: Readonly<Record<string, unknown>>;
  readonly follows: string | null;
}
export type ReadEvent =
  | {
      readonly ok: true;
      readonly event: NewEvent;
    }
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
    };
/** Reads one event as a client sent it. What is wrong is named with its place. */
export declare function readEvent(value: unknown): ReadEvent;
/** The same of an event that has the right shape already. */
export declare function readValidEvent(given: EventCreate): ReadEvent;
/** What an event takes when it is kept; a result that comes with it does not count. */
export declare function problemOfSize({ resource, related, payload }: NewEvent): Problem | undefined;
export declare function resourceId(resource: Resource): string;
export declare function resourceRole(resource: Resource): string;
