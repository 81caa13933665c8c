import type { Clock } from "@ostinato/core";
import type { WakingMessage } from "@ostinato/protocol";
import { openReconnectingSocket } from "./reconnecting-socket.ts";

export interface WakingSubscriptionOptions {
  /** Where the API is, ending with `/api`. */
  readonly baseUrl: string;
  /** `user:password`. */
  readonly auth?: string | undefined;
  readonly deploymentIds: () => readonly string[];
  /** Called with hints only: runs of the deployments are due, or one of their runs is to stop. */
  readonly onMessage: (message: WakingMessage) => void;
  /** Called after each (re)connection: hints in between may have been missed. */
  readonly onConnected?: () => void;
  readonly clock?: Clock;
}

/**
 * Says on the websocket `/deployments/wake` that this process serves the deployments, and hears of their runs; reconnects when the
 * connection is lost. Never keeps the process alive. `renew` tells the server the deployments as they are now.
 */
export function subscribeToWaking(options: WakingSubscriptionOptions): { renew(): void; close(): void } {
  const { baseUrl, auth, deploymentIds, onMessage, onConnected, clock } = options;
  const socket = openReconnectingSocket({
    baseUrl,
    path: "/deployments/wake",
    auth,
    clock,
    onConnected,
    greeting: () => JSON.stringify({ type: "subscribe", deployment_ids: deploymentIds() }),
    onMessage: (message) => onMessage(message as WakingMessage),
  });
  return { renew: socket.greet, close: socket.close };
}
