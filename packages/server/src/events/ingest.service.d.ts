import { type EventCreate } from "@ostinato/protocol";
import type { Context } from "../context.ts";
import { type Problem } from "../errors.ts";
import * as taskRuns from "../task-run-events/task-run-events.service.ts";
import { type NewEvent } from "./events.rules.ts";
/** An event from a client, read and not yet kept. */
export interface Incoming {
  readonly event: NewEvent;
  readonly transition: taskRuns.Transition | undefined;
  /** Characters of its JSON, about. */
  readonly size: number;
}
/**
 * Takes the events of all clients. What arrives while one transaction is under way makes the next one, so that the cost of
 * a commit is shared the better the more there is to do.
 */
export interface Ingest {
  /** Resolves when the events are durable, with the ids of those that the database would not take. */
  accept(incoming: readonly Incoming[]): Promise<readonly string[]>;
  /** Characters that wait to be written. */
  readonly waiting: number;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
}
export declare function createIngest(context: Context): Ingest;
export interface ReadIncoming {
  /** Undefined where it is no event. */
  readonly incoming: Incoming | undefined;
  readonly problems: readonly Problem[];
}
/** Reads the events of one frame of so many characters. A task run's state that is not understood is left out. */
export declare function readFrame(values: readonly unknown[], characters: number): readonly ReadIncoming[];
/** Keeps the events of a request of so many characters; none where one is wrong. */
export declare function acceptPosted(
  {
    context,
    ingest,
  }: {
    readonly context: Context;
    readonly ingest: Ingest;
  },
  posted: readonly EventCreate[],
  characters: number,
): Promise<void>;
export declare function inWords(problems: readonly Problem[]): string;
