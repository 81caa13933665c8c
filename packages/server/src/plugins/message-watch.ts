import type { Socket } from "node:net";
import type { Incoming, IncomingBytes } from "./incoming-bytes.ts";
import { createMessageMeter } from "./message-meter.ts";

export interface MessageWatch {
  /** Of the network connection below the websocket. */
  readonly socket: Socket;
  readonly client: string;
  readonly incoming: IncomingBytes;
  /** The largest message that is taken now. */
  readonly maxBytes: () => number;
  pause(): void;
  resume(): void;
  tooLarge(): void;
  tooSlow(): void;
}

/**
 * Counts what comes of a message before it is whole with all that comes from clients: the websocket's own reader holds it unseen.
 * One that is larger than this socket takes is refused as soon as its first bytes say so.
 */
export function watchMessages({ socket, client, incoming, maxBytes, ...source }: MessageWatch): void {
  const meter = createMessageMeter();
  let held: Incoming | undefined;
  const release = () => {
    held?.release();
    held = undefined;
  };

  socket.on("data", (chunk: Buffer) => {
    const { unfinished, announced } = meter.add(chunk);
    if (announced > maxBytes()) source.tooLarge();
    if (unfinished === 0) return release();
    held ??= incoming.open({ client, ...source });
    held.hold(unfinished);
  });
  socket.once("close", release);
}
