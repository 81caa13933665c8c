import { once } from "node:events";
import WebSocket from "ws";

/** A websocket client for tests that awaits each thing it wants to see. */
export interface TestSocket {
  readonly socket: WebSocket;
  send(message: unknown): void;
  /** The next frame that nobody has taken yet, as JSON. */
  next<T = unknown>(): Promise<T>;
  /** Resolves when the server answers a ping, thus when it has everything before it for good. */
  settled(): Promise<void>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  close(): Promise<void>;
}

export interface TestSocketOptions {
  readonly protocols?: readonly string[];
  /** Whether to send the first frame and await its answer; else the test does. */
  readonly greet?: boolean;
}

/** `address` is what the server's `listen` gives, `path` stands below the API. */
export async function openTestSocket(
  address: string,
  path: string,
  { protocols = ["prefect"], greet = protocols.length > 0 }: TestSocketOptions = {},
): Promise<TestSocket> {
  const socket = new WebSocket(`${address.replace("http", "ws")}/api${path}`, [...protocols]);
  const frames: unknown[] = [];
  const takers: ((frame: unknown) => void)[] = [];
  let pings = 0;
  socket.on("message", (data) => {
    const frame: unknown = JSON.parse(String(data));
    const taker = takers.shift();
    if (taker === undefined) frames.push(frame);
    else taker(frame);
  });
  const closed = once(socket, "close").then(([code, reason]) => ({ code: Number(code), reason: String(reason) }));
  await once(socket, "open");
  const connection: TestSocket = {
    socket,
    send: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    next: <T>() =>
      new Promise<T>((resolve) => {
        if (frames.length > 0) resolve(frames.shift() as T);
        else takers.push(resolve as (frame: unknown) => void);
      }),
    settled() {
      pings += 1;
      const payload = String(pings);
      return new Promise((resolve, reject) => {
        const onPong = (data: Buffer) => {
          if (String(data) !== payload) return;
          socket.off("pong", onPong);
          resolve();
        };
        socket.on("pong", onPong);
        void closed.then(({ code, reason }) => reject(new Error(`the socket was closed (${code} ${reason})`)));
        socket.ping(payload);
      });
    },
    closed,
    async close() {
      socket.close();
      await closed;
    },
  };
  if (greet) {
    connection.send({ type: "auth", token: null });
    await connection.next();
  }
  return connection;
}
