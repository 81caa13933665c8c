import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { request } from "./api.ts";

/** Clients that do not finish their requests, or do not wait for the answers. */

/** Starts requests with large bodies that never arrive. Returns the function that ends them. */
export async function beginLargeBodies(port: number, count: number): Promise<() => void> {
  const head = [
    "POST /api/events HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Content-Type: application/json",
    `Content-Length: ${64 * 1024 * 1024}`,
    "",
    "[",
  ].join("\r\n");
  return endAll(await Promise.all(Array.from({ length: count }, () => say(port, head))));
}

const announcedBytes = 16 * 1024 * 1024;

/** Opens websockets and starts a message on each that never ends. Returns the function that ends them. */
export async function beginMessages(port: number, count: number): Promise<() => void> {
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = await say(port, handshake(port, "/api/ui/live"));
      await new Promise<void>((resolve) => {
        socket.once("data", () => resolve());
        socket.once("close", () => resolve());
      });
      if (!socket.destroyed) socket.write(Buffer.concat([headerOfLargeMessage(), Buffer.alloc(256 * 1024, 0x20)]));
      return socket;
    }),
  );
  return endAll(sockets);
}

/** Makes expensive requests and disconnects before the answers. */
export async function askAndLeave(apiUrl: string, count: number): Promise<void> {
  const prefix = Array.from({ length: 100 }, (_, index) => `nothing.begins.with.${index}`);
  const questions = [
    [`${apiUrl}/events/filter`, { filter: { event: { prefix } } }],
    [`${apiUrl}/flow_runs/count`, { flow_runs: { name: { like_: "%o%" } } }],
    [`${apiUrl}/logs/filter`, { sort: "TIMESTAMP_DESC" }],
  ] as const;
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const [url, body] = questions[index % questions.length] ?? questions[0];
      await request(url, body, { millis: 1 + (index % 40) });
    }),
  );
}

function handshake(port: number, path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
    "",
    "",
  ].join("\r\n");
}

/** The header of a text message, masked with zeros, by RFC 6455. */
function headerOfLargeMessage(): Buffer {
  const header = Buffer.alloc(14);
  header[0] = 0x81;
  header[1] = 0x80 | 127;
  header.writeBigUInt64BE(BigInt(announcedBytes), 2);
  return header;
}

function say(port: number, words: string): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => resolve(socket));
    socket.once("connect", () => {
      socket.write(words);
      resolve(socket);
    });
  });
}

function endAll(sockets: readonly Socket[]): () => void {
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}
