import { connect, createServer, type Socket } from "node:net";

/** Stands between clients and a server, and breaks what passes. */
export interface BreakingProxy {
  readonly port: number;
  /** Where connections go from now on. */
  aim(port: number): void;
  /** Ends all connections at once, wherever they are in a frame. */
  cut(): void;
  /** Refuses connections, and ends those that are, until told otherwise. */
  block(blocked: boolean): void;
  close(): Promise<void>;
}

export async function startProxy(target: number): Promise<BreakingProxy> {
  const sockets = new Set<Socket>();
  let port = target;
  let blocked = false;
  const server = createServer((client) => {
    if (blocked) return client.destroy();
    const upstream = connect(port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    aim: (next) => {
      port = next;
    },
    cut,
    block(next) {
      blocked = next;
      if (blocked) cut();
    },
    close: () =>
      new Promise((resolve) => {
        cut();
        server.close(() => resolve());
      }),
  };
}
