import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "@ostinato/client";
import { createServer, readConfig, type Server } from "@ostinato/server";
import { afterEach, beforeEach } from "vitest";

/** Of the test under way. */
export let home: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "ostinato-script-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(home, { recursive: true, maxRetries: 5 });
});

export interface Script {
  readonly child: ChildProcess;
  readonly output: Interface;
  readonly errors: () => string;
  /** The lines that it has printed, read as they come. */
  readonly lines: AsyncIterator<string>;
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Runs a script as a user does: `node my-flow.ts`. The default address is one where nobody listens. */
export function run(fixture: string, args: readonly string[] = [], env: Record<string, string> = {}): Script {
  return runFile(fileURLToPath(new URL(`./fixtures/${fixture}.ts`, import.meta.url)), args, env);
}

/** The same with a script that stands anywhere. */
export function runFile(file: string, args: readonly string[] = [], env: Record<string, string> = {}): Script {
  const { OSTINATO_API_URL: _, PREFECT_API_URL: __, NODE_OPTIONS: ___, ...inherited } = process.env;
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...inherited, OSTINATO_HOME: home, OSTINATO_SERVER_PORT: "9", OSTINATO_LOG_LEVEL: "info", ...env },
  });
  children.push(child);
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const exit = once(child, "exit");
  const output = createInterface({ input: child.stdout });
  return {
    child,
    output,
    errors: () => errors,
    lines: output[Symbol.asyncIterator](),
    async ended() {
      const [code, signal] = await exit;
      return { code, signal };
    },
  };
}

export async function nextJson<T = Record<string, unknown>>(script: Script): Promise<T> {
  const { value, done } = await script.lines.next();
  if (done) throw new Error(`the script ended: ${script.errors()}`);
  return JSON.parse(value as string) as T;
}

/** Looks at the database that scripts in the same home have left. */
export async function withServer<T>(
  look: (client: Client, server: Server) => Promise<T>,
  port?: number,
  authString?: string,
): Promise<T> {
  const config = readConfig({
    OSTINATO_HOME: home,
    OSTINATO_LOG_LEVEL: "silent",
    OSTINATO_SERVER_PORT: String(port ?? 0),
    OSTINATO_SERVER_API_AUTH_STRING: authString,
  });
  const server = await createServer({ config });
  try {
    const address = await server.listen();
    return await look(createClient({ baseUrl: `${address}/api`, auth: authString }), server);
  } finally {
    await server.stop();
  }
}
