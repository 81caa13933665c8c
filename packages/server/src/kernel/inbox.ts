import type { SocketConnection } from "./socket.ts";

/** So many messages may wait; then the connection is not read until one is done. */
const maxWaiting = 50;

/** Takes the messages of a connection one after the other. */
export interface Inbox {
  take(text: string): void;
  /** Resolves when all messages so far have been taken. */
  settled(): Promise<void>;
}

/** `take` must not reject. */
export function createInbox(
  connection: Pick<SocketConnection, "pause" | "resume">,
  take: (text: string) => Promise<void>,
): Inbox {
  let waiting = 0;
  let last = Promise.resolve();
  return {
    take(text) {
      waiting += 1;
      if (waiting === maxWaiting) connection.pause();
      last = last
        .then(() => take(text))
        .then(() => {
          waiting -= 1;
          if (waiting === maxWaiting - 1) connection.resume();
        });
    },
    settled: () => last,
  };
}
