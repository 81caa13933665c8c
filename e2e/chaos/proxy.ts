import { connect, createServer, type Socket } from "node:net";

/** A proxy between clients and servers that breaks connections. */
export interface BreakingProxy {
  readonly port: number;
  /** Sets the targets of new connections, in turn; one that refuses is skipped. */
  aim(ports: readonly number[]): void;
  /** Ends all connections at once. */
  cut(): void;
  /**
   * Ends each connection in the middle of its next data: half of it is passed on, the rest is not. Silent connections are ended a moment
   * later. Returns how many were ended in the middle.
   */
  cutMidFrame(): Promise<number>;
  /** Refuses and ends connections while `blocked`. */
  block(blocked: boolean): void;
  close(): Promise<void>;
}

const midFramePatienceMillis = 500;

/** The two sockets of one connection. */
interface Passage {
  /** Passes on half of the next data, then ends. */
  breakNext: boolean;
  end(): void;
}

export async function startProxy(targets: readonly number[]): Promise<BreakingProxy> {
  const passages = new Set<Passage>();
  let ports = targets;
  let turn = 0;
  let blocked = false;
  let broken = 0;

  function carry(client: Socket, upstream: Socket): void {
    const passage: Passage = {
      breakNext: false,
      end() {
        passages.delete(passage);
        client.destroy();
        upstream.destroy();
      },
    };
    passages.add(passage);
    for (const socket of [client, upstream]) socket.on("error", () => {}).on("close", passage.end);
    pass(client, upstream);
    pass(upstream, client);

    function pass(from: Socket, to: Socket): void {
      from.on("data", (piece) => {
        if (passage.breakNext && piece.length > 1) {
          passage.breakNext = false;
          broken += 1;
          to.write(piece.subarray(0, piece.length >> 1), passage.end);
          from.pause();
        } else if (!to.write(piece)) {
          from.pause();
          to.once("drain", () => from.resume());
        }
      });
      from.on("end", () => to.end());
    }
  }

  function accept(client: Socket): void {
    if (blocked) return void client.destroy();
    client.on("error", () => {});
    turn += 1;
    const order = ports.map((_, index) => ports[(turn + index) % ports.length] ?? 0);
    const attempt = ([port, ...others]: readonly number[]): void => {
      if (port === undefined || client.destroyed) return void client.destroy();
      const upstream = connect(port, "127.0.0.1");
      const next = () => attempt(others);
      upstream.once("error", next);
      upstream.once("connect", () => {
        upstream.off("error", next);
        if (blocked) client.destroy();
        if (client.destroyed) upstream.destroy();
        else carry(client, upstream);
      });
    };
    attempt(order);
  }

  const server = createServer({ noDelay: true }, accept);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const cut = () => {
    for (const passage of [...passages]) passage.end();
  };
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    aim(next) {
      ports = next;
    },
    cut,
    async cutMidFrame() {
      const before = broken;
      const marked = [...passages];
      for (const passage of marked) passage.breakNext = true;
      await new Promise((resolve) => setTimeout(resolve, midFramePatienceMillis));
      for (const passage of marked) if (passage.breakNext) passage.end();
      return broken - before;
    },
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
