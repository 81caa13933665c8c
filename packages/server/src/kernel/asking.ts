import type { Reader, ReadingLane } from "../db/dialect.ts";
import type { Actor } from "./actor.ts";
import type { Context } from "./context.ts";

/** An event that reports once that a request or a websocket is over. */
export interface Ending {
  once(event: "close", listener: () => void): unknown;
}

export interface Asker {
  readonly actor: Actor;
  /** When it ends, the answer is of no use to anybody any more. */
  readonly ending: Ending;
  readonly lane: ReadingLane;
}

/** The context of one caller: its long reads end when the caller is gone. */
export function askedBy(context: Context, { actor, ending, lane }: Asker): Context {
  const { db } = context;
  let slow: Reader | undefined;
  return {
    ...context,
    actor,
    db: {
      ...db,
      // Most requests read nothing that takes long.
      get slow() {
        slow ??= db.slowFor({ lane, signal: signalOf(ending) });
        return slow;
      },
    },
  };
}

function signalOf(ending: Ending): AbortSignal {
  const controller = new AbortController();
  ending.once("close", () => controller.abort());
  return controller.signal;
}
