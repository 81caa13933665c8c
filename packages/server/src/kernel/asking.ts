import type { Reader, ReadingLane } from "../db/dialect.ts";
import type { Actor } from "./actor.ts";
import type { Context } from "./context.ts";

/** Whatever tells once that it is over: the answer to a request, a websocket. */
export interface Ending {
  once(event: "close", listener: () => void): unknown;
}

export interface Asker {
  readonly actor: Actor;
  /** When it ends, the answer is of no use to anybody any more. */
  readonly ending: Ending;
  readonly lane: ReadingLane;
}

/** The context of somebody who asks: the long reads that are done for them end when they are gone. */
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
