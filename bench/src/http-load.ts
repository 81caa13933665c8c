import { Agent, request } from "node:http";

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** When to ask again, as the server says. */
  readonly retryAfterSeconds?: number | undefined;
}

/** Persistent connections to one server, one per caller. */
export interface Connections {
  send(method: string, path: string, body?: unknown): Promise<Answer>;
  json<T>(method: string, path: string, body?: unknown): Promise<T>;
  close(): void;
}

/**
 * Plain HTTP/1.1 by node:http, Node's cheapest client, so that the server dominates the measurement. A server that resets persistent
 * connections under load is given a connection for each request.
 */
export function connect(apiUrl: string, connections: number, { persistent = true } = {}): Connections {
  const { hostname, port, pathname } = new URL(apiUrl);
  const agent = new Agent({ keepAlive: persistent, maxSockets: connections });

  function send(method: string, path: string, body?: unknown): Promise<Answer> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const headers =
        payload === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) };
      const sent = request({ agent, hostname, port, method, path: pathname + path, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part) => {
          text += part;
        });
        response.on("end", () => {
          const after = response.headers["retry-after"];
          const retryAfterSeconds = after === undefined ? undefined : Number(after);
          resolve({ status: response.statusCode ?? 0, text, retryAfterSeconds });
        });
        response.on("error", reject);
      });
      sent.on("error", (error) => {
        // A server may close a persistent connection just as it is reused; it has read nothing of the request then.
        if (sent.reusedSocket && "code" in error && error.code === "ECONNRESET") resolve(send(method, path, body));
        else reject(error);
      });
      sent.end(payload);
    });
  }

  return {
    send,
    async json<T>(method: string, path: string, body?: unknown) {
      const { status, text } = await send(method, path, body);
      if (status >= 400) throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 300)}`);
      return (text === "" ? null : JSON.parse(text)) as T;
    },
    close: () => agent.destroy(),
  };
}

export interface Load {
  /** The rate of accepted calls. */
  readonly perSecond: number;
  /** Milliseconds of each call, accepted or not. */
  readonly latencies: readonly number[];
  /** Calls that were answered with an error status. */
  readonly refused: number;
}

/** Makes `total` calls with this many in flight. */
export async function load(
  total: number,
  concurrency: number,
  call: (index: number) => Promise<{ readonly status: number }>,
): Promise<Load> {
  const latencies: number[] = [];
  let next = 0;
  let refused = 0;
  const caller = async () => {
    while (next < total) {
      const index = next;
      next += 1;
      const begun = performance.now();
      const { status } = await call(index);
      latencies.push(performance.now() - begun);
      if (status >= 400) refused += 1;
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: concurrency }, caller));
  const seconds = (performance.now() - begun) / 1000;
  return { perSecond: (total - refused) / seconds, latencies, refused };
}

/** A peer that closes the connection has refused; for Ostinato that is a failure. */
export async function answered<Reply extends { readonly status: number }>(
  { peer }: { readonly peer: boolean },
  call: () => Promise<Reply>,
): Promise<{ readonly status: number }> {
  try {
    return await call();
  } catch (error) {
    if (peer) return { status: 503 };
    throw error;
  }
}

const maxRefusals = 20;

/** Sends what a measurement can't do without. A peer whose database is busy answers 503, and is asked again. */
export async function prepared<T>(
  { peer }: { readonly peer: boolean },
  server: Connections,
  path: string,
  body: unknown,
): Promise<T> {
  for (let refusals = 0; ; refusals += 1) {
    const { status, text } = await server.send("POST", path, body);
    if (status < 400) return JSON.parse(text) as T;
    if (!peer || status !== 503 || refusals === maxRefusals) {
      throw new Error(`POST ${path} answered ${status}: ${text.slice(0, 300)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
