import { type SlotWakingMessage, SlotWakingRequest } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { inWords } from "../kernel/errors.ts";
import { type Feed, feedTo } from "../kernel/feed.ts";
import { closeCodes, readMessage, type SocketConnection, type SocketHandlers } from "../kernel/socket.ts";
import { readAs } from "../kernel/validation.ts";
import { limitsByIds } from "./limits.queries.ts";
import { firstToFit } from "./line.rules.ts";
import { waitersOf } from "./waiters.queries.ts";

/**
 * Wakes those who wait for slots of limits. When slots of a limit become free, on this server or another one, those in front of its line
 * for whom there is room are told, as far as they are connected to this server.
 */
export function createSlotWaking(context: Context): (connection: SocketConnection) => SocketHandlers {
  const { bus, db, clock, log } = context;
  const feedOf = new Map<string, Feed>();
  const freed = new Set<string>();
  let looking = false;
  let leaveBus: (() => void) | undefined;

  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      while (freed.size > 0) {
        const ids = [...freed];
        freed.clear();
        await tellFirst(ids);
      }
    } catch (err) {
      // Waiters ask at long intervals all the same.
      log.warn({ err }, "those who wait for slots of concurrency limits were not woken");
    } finally {
      looking = false;
    }
  }

  async function tellFirst(limitIds: readonly string[]): Promise<void> {
    const [limits, line] = await Promise.all([
      limitsByIds(db.read, limitIds, clock.now()),
      waitersOf(db.read, { names: [], ids: limitIds }),
    ]);
    const free = new Map(limits.map(({ id, max_slots, active_slots }) => [id, max_slots - active_slots]));
    for (const waiterId of firstToFit(line, free)) {
      const feed = feedOf.get(waiterId);
      if (feed !== undefined) tell(feed, { type: "free", waiter_id: waiterId });
    }
  }

  function onFreed(limitIds: readonly string[]): void {
    for (const id of limitIds) freed.add(id);
    void look();
  }

  function listen(): void {
    leaveBus ??= bus.subscribe((change) => {
      if (change.kind === "slots-freed") onFreed(change.limitIds);
    });
  }

  return (connection) => {
    const feed = feedTo(connection, context);
    let own: readonly string[] = [];
    const forget = () => {
      for (const id of own) if (feedOf.get(id) === feed) feedOf.delete(id);
      own = [];
    };
    return {
      message(text) {
        const { problems, value } = readAs(SlotWakingRequest, readMessage(text) ?? {});
        if (problems.length > 0) return connection.close(closeCodes.protocolError, inWords(problems));
        forget();
        own = [...new Set(value.waiter_ids.map((id) => id.toLowerCase()))];
        for (const id of own) feedOf.set(id, feed);
        if (feedOf.size > 0) listen();
        tell(feed, { type: "subscribed", waiter_ids: own });
      },
      closed() {
        forget();
        if (feedOf.size > 0) return;
        leaveBus?.();
        leaveBus = undefined;
      },
    };
  };
}

function tell(feed: Feed, message: SlotWakingMessage): void {
  feed.send(JSON.stringify(message));
}
