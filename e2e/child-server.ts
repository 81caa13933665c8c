import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The command that starts a server of the API in a process of its own. */
export interface ServerCommand {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Its settings, in addition to this process's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The variable for its home, a temporary folder. */
  readonly homeVariable: string;
}

export interface RunningServer {
  readonly url: string;
  readonly apiUrl: string;
  /** A temporary folder that is removed with the server. */
  readonly folder: string;
  stop(): Promise<void>;
}

const attempts = 3;
const healthySeconds = 120;
const graceSeconds = 10;

/** Starts the server on a free port (on another one if that was taken meanwhile), and waits until it is healthy. */
export async function startChildServer(command: ServerCommand): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    const server = await launch(command);
    try {
      await server.healthy();
      return server;
    } catch (error) {
      await server.stop();
      if (attempt === attempts || !/EADDRINUSE|already in use/i.test(String(error))) throw error;
    }
  }
}

async function launch({ name, program, args, environment, homeVariable }: ServerCommand) {
  const folder = await mkdtemp(join(tmpdir(), `${name}-e2e-`));
  const port = await freePort();
  const child = spawn(program, [...args, "--port", String(port)], {
    env: { ...process.env, ...environment, [homeVariable]: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => (output = `${output}${text}`.slice(-10_000)));
  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      output += error.message;
      resolve();
    });
    child.once("close", () => resolve());
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    apiUrl: `${url}/api`,
    folder,
    async healthy() {
      const state = await Promise.race([ended.then(() => "ended" as const), health(`${url}/api/health`, child)]);
      if (state === "ended") throw new Error(`${name} ended before it was healthy:\n${output}`);
      if (state === "late") throw new Error(`${name} was not healthy within ${healthySeconds} s:\n${output}`);
    },
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(kill, graceSeconds * 1000);
      await ended;
      clearTimeout(late);
      process.off("exit", kill);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function health(url: string, child: ChildProcess): Promise<"healthy" | "late"> {
  const deadline = Date.now() + healthySeconds * 1000;
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    if (answer?.ok) return "healthy";
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return "late";
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
