import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Animal, facts } from "./facts.ts";

export interface FactServer extends AsyncDisposable {
  readonly url: string;
}

export interface FactServerOptions {
  /** The probability of a 503 answer, from 0 to 1. */
  readonly failureRate: number;
  /** The same seed makes the same requests fail. */
  readonly seed: number;
}

/** Answers `GET /cats/3` with the third fact about cats, or fails, as a public server does on a bad day. */
export async function startFactServer({ failureRate, seed }: FactServerOptions): Promise<FactServer> {
  const attempts = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const attempt = (attempts.get(path) ?? 0) + 1;
    attempts.set(path, attempt);
    const { status, body } = chance(`${seed} ${path} ${attempt}`) < failureRate ? unavailable : answer(path);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once("listening", resolve).once("error", reject);
  await listening;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const { promise: closed, resolve: settle } = Promise.withResolvers<void>();
      server.close(() => settle());
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, string>>;
}

const unavailable: Answer = { status: 503, body: { error: "out of breath, try again" } };

function answer(path: string): Answer {
  const [, animal = "", number = ""] = /^\/(\w+)\/(\d+)$/.exec(path) ?? [];
  if (!isAnimal(animal)) return { status: 404, body: { error: `nothing is known of ${path}` } };
  const list = facts[animal];
  return { status: 200, body: { fact: list[Number(number) % list.length] ?? "" } };
}

function isAnimal(text: string): text is Animal {
  return Object.hasOwn(facts, text);
}

/** A number from 0 to 1 that depends on the text only, whatever the order of requests (FNV-1a, then a mix). */
function chance(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
