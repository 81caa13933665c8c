import { createServer, type Server, type Socket, connect as tcpConnect } from "node:net";

type Loss = "request" | "answer" | "connection";

/** Stands before PostgreSQL, and can lose a COMMIT (or what else is named) on its way there, or the answer to it. */
export interface CuttingProxy {
  readonly url: string;
  /** How many commits were sent. */
  readonly commits: number;
  /** How many commits were lost. */
  readonly lost: number;
  /** How often the status of a transaction was asked. */
  readonly questions: number;
  /**
   * Ends the connection that carries the next COMMIT: before it arrives, when PostgreSQL has answered it, or when it is on its
   * way and nothing is known of it. Then it may end all others, and refuse new ones.
   */
  loseNextCommit(lose: Loss, after?: { readonly thenRefuse: boolean }): void;
  /** Takes connections again. */
  accept(): void;
  close(): Promise<void>;
}

export interface Cut {
  /** What the message holds that may be lost. */
  readonly request: string;
  /** What the answer to it holds: one of these. */
  readonly answers: readonly string[];
  /** Only on a connection that has carried this since the last such message. */
  readonly after?: string;
}

export const commitCut: Cut = {
  request: "COMMIT\0",
  // Where a statement has failed, the answer is another one.
  answers: ["COMMIT\0", "ROLLBACK\0"],
};

export async function startCuttingProxy(
  url: string,
  { request, answers, after }: Cut = commitCut,
): Promise<CuttingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let losing: Loss | undefined;
  let refusesNext = false;
  let refuses = false;
  let commits = 0;
  let lost = 0;
  let questions = 0;

  const server: Server = createServer((client) => {
    if (refuses) return void client.destroy();
    const upstream = tcpConnect(Number(target.port), target.hostname);
    let swallowing = false;
    let isArmed = after === undefined;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => sockets.delete(socket));
    }
    client.once("close", () => swallowing || upstream.destroy());
    upstream.once("close", () => client.destroy());
    client.on("data", (piece) => {
      if (piece.includes("pg_xact_status")) questions += 1;
      if (after !== undefined && piece.includes(after)) isArmed = true;
      const isCommit = isArmed && piece.includes(request);
      if (isCommit) {
        commits += 1;
        isArmed = after === undefined;
      }
      if (losing === undefined || !isCommit) return void upstream.write(piece);
      const how = losing;
      losing = undefined;
      lost += 1;
      refuses = refusesNext;
      if (refuses) for (const socket of sockets) if (socket !== client && socket !== upstream) socket.destroy();
      if (how === "request") return end();
      swallowing = true;
      upstream.write(piece);
      if (how === "connection") client.destroy();
    });
    upstream.on("data", (piece) => {
      if (!swallowing) client.write(piece);
      else if (answers.some((answer) => piece.includes(answer))) end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const own = new URL(url);
  own.host = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  return {
    url: own.href,
    get commits() {
      return commits;
    },
    get lost() {
      return lost;
    },
    get questions() {
      return questions;
    },
    loseNextCommit(lose, { thenRefuse } = { thenRefuse: false }) {
      losing = lose;
      refusesNext = thenRefuse;
    },
    accept() {
      refuses = false;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
