import type { Socket } from "node:net";
import type { Incoming, IncomingBytes } from "./incoming-bytes.ts";
import { createMessageMeter } from "./message-meter.ts";

export interface MessageWatch {
  /** The network connection below the websocket. */
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
 * Counts the bytes of unfinished messages with all bytes from clients: the websocket's own reader keeps them out of sight. A
 * message larger than this socket's maximum is refused as soon as its header shows it.
 */
export function watchMessages({ socket, client, incoming, maxBytes, ...source }: MessageWatch): void {
  const meter = createMessageMeter();
  let message: Incoming | undefined;
  const release = () => {
    message?.release();
    message = undefined;
  };

  socket.on("data", (chunk: Buffer) => {
    const { unfinished, announced } = meter.add(chunk);
    if (announced > maxBytes()) source.tooLarge();
    if (unfinished === 0) return release();
    message ??= incoming.open({ client, ...source });
    message.setBytes(unfinished);
  });
  socket.once("close", release);
}
