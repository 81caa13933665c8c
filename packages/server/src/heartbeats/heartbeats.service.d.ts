import type { Event } from "@ostinato/protocol";
import type { Context } from "../context.ts";
import type { Writer } from "../db/dialects/dialect.ts";
/** Notes the signs of life among events, in their unit of work. */
export declare function record({ db }: Pick<Context, "db">, tx: Writer, events: readonly Event[]): Promise<void>;
/**
 * Ends the runs whose process died: those that run, or are being cancelled, and have given no sign of life for three of
 * their intervals. One that was only out of reach goes on, and its next state is taken. Gives their ids.
 */
export declare function endLostRuns(context: Context): Promise<readonly string[]>;
