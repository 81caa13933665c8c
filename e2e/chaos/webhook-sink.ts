import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Random } from "./random.ts";

/** A server that takes what webhooks send, and fails at times: it refuses, or hangs up when it has taken something. */
export interface WebhookSink {
  readonly url: string;
  /** What it has taken, in its order; the same thing once for each time that it came. */
  readonly taken: readonly TakenCall[];
  close(): Promise<void>;
}

export interface TakenCall {
  /** The same at each attempt of an action. */
  readonly key: string;
  /** The firing of the automation. */
  readonly firing: string;
}

const shares = { refused: 0.08, unanswered: 0.08 };

export async function startWebhookSink(random: Random): Promise<WebhookSink> {
  const taken: TakenCall[] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request).catch(() => undefined);
    if (body === undefined) return;
    const share = random.next();
    if (share < shares.refused) return void response.writeHead(503).end();
    const { firing } = JSON.parse(body) as { readonly firing: string };
    taken.push({ key: String(request.headers["idempotency-key"]), firing });
    if (share < shares.refused + shares.unanswered) request.socket.destroy();
    else response.end("taken");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    taken,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
