import { connect, createServer, type Server, type Socket } from "node:net";

/** A connection between a client and a server that a test can cut. */
export interface Line {
  readonly port: number;
  /** Breaks all connections and answers nobody until `mend`. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Passes nothing from the server to the present clients, as if they did not read, until `release`. */
  stall(): { release(): void };
  close(): Promise<void>;
}

export async function openLine(targetPort: number): Promise<Line> {
  const sockets = new Set<Socket>();
  const answers = new Map<Socket, Socket>();
  const accept = (from: Socket) => {
    const to = connect(targetPort, "127.0.0.1");
    answers.set(to, from);
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(socket);
      socket.pipe(other);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        answers.delete(socket);
        other.destroy();
      });
    }
  };
  let server = await listen(accept, 0);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    port,
    cut,
    async mend() {
      server = await listen(accept, port);
    },
    stall() {
      const stalled = [...answers];
      for (const [answer, client] of stalled) answer.unpipe(client);
      return {
        release() {
          for (const [answer, client] of stalled) answer.pipe(client);
        },
      };
    },
    close: cut,
  };
}

async function listen(accept: (socket: Socket) => void, port: number): Promise<Server> {
  const server = createServer(accept);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}
