import type { Clock } from "@ostinato/core";
import type { SlotWakingMessage } from "@ostinato/protocol";
import { openReconnectingSocket } from "./reconnecting-socket.ts";

export interface SlotWakingOptions {
  /** Where the API is, ending with `/api`. */
  readonly baseUrl: string;
  /** `user:password`. */
  readonly auth?: string | undefined;
  readonly waiterIds: () => readonly string[];
  /** Called with the waiter for whom slots may be free. */
  readonly onFree: (waiterId: string) => void;
  readonly clock?: Clock;
}

/**
 * Says on the websocket `/concurrency/wake` who waits for slots of concurrency limits here, and hears when slots are free; reconnects when
 * the connection is lost. Never keeps the process alive. `renew` tells the server the waiters as they are now.
 */
export function subscribeToSlots(options: SlotWakingOptions): { renew(): void; close(): void } {
  const { baseUrl, auth, waiterIds, onFree, clock } = options;
  const socket = openReconnectingSocket({
    baseUrl,
    path: "/concurrency/wake",
    auth,
    clock,
    greeting: () => JSON.stringify({ type: "subscribe", waiter_ids: waiterIds() }),
    onMessage(message) {
      const heard = message as SlotWakingMessage;
      // Slots may have become free before the server knew who waits here.
      if (heard.type === "subscribed") for (const id of heard.waiter_ids) onFree(id);
      else if (heard.type === "free") onFree(heard.waiter_id);
    },
  });
  return { renew: socket.greet, close: socket.close };
}
