import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A server in a process of its own, as a user starts it, with a home folder of its own. */
export interface RunningServer {
  readonly url: string;
  readonly apiUrl: string;
  /** A temporary folder that goes with the server. */
  readonly folder: string;
  stop(): Promise<void>;
}

const sources = fileURLToPath(new URL("../packages/ostinato/src/bin.mjs", import.meta.url));

export async function startOstinato(
  environment: Readonly<Record<string, string>> = {},
  command = sources,
): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), "ostinato-e2e-"));
  const port = await freePort();
  const child = spawn(process.execPath, [command, "server", "start", "--port", String(port)], {
    env: { ...process.env, OSTINATO_HOME: folder, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (text) => (output += text));
  child.stderr.on("data", (text) => (output += text));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const server: RunningServer = {
    url,
    apiUrl: `${url}/api`,
    folder,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
  const gone = ended.then(() => {
    throw new Error(`The server ended before it was healthy:\n${output}`);
  });
  await Promise.race([healthy(server.apiUrl), gone]);
  gone.catch(() => {});
  return server;
}

async function healthy(apiUrl: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${apiUrl}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
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
