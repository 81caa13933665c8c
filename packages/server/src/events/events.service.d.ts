import type { Event } from "@ostinato/protocol";
import type { Context } from "../context.ts";
import type { Writer } from "../db/dialects/dialect.ts";
import { type NewEvent } from "./events.rules.ts";

export type { NewEvent } from "./events.rules.ts";
/**
 * Keeps events in the unit of work of what they tell about. Gives those that were not there yet, as they are on the wire:
 * hand them to `publish` when the unit is durable.
 */
export declare function record(
  { db, clock }: Pick<Context, "db" | "clock">,
  tx: Writer,
  events: readonly NewEvent[],
): Promise<readonly Event[]>;
/** Tells the subscribers of events that have become durable. */
export declare function publish({ bus }: Pick<Context, "bus">, events: readonly Event[]): void;
