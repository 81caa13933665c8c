import { type ChildProcess, spawn } from "node:child_process";

/** A server in a process of its own, which can be killed, suspended and restarted. */
export interface ServerUnderTest {
  readonly port: number;
  readonly apiUrl: string;
  /** Starts the server unless it runs, and resolves when it is healthy. */
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Stops it as a service manager does. */
  stop(): Promise<void>;
  readonly isRunning: boolean;
  /** Stops the process as closing a laptop does: its connections stay open. */
  suspend(): void;
  wake(): void;
}

export interface ServerCommand {
  /** The path of the `ostinato` command. */
  readonly command: string;
  readonly execArgv: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly port: number;
}

export function serverUnderTest({ command, execArgv, environment, port }: ServerCommand): ServerUnderTest {
  const apiUrl = `http://127.0.0.1:${port}/api`;
  let child: ChildProcess | undefined;
  const runs = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child === undefined || !runs()) return;
    const ended = new Promise((resolve) => child?.once("exit", resolve));
    child.kill(signal);
    await ended;
  }
  return {
    port,
    apiUrl,
    async start() {
      if (runs()) return;
      const started = spawn(process.execPath, [...execArgv, command, "server", "start", "--port", String(port)], {
        env: environment,
        stdio: ["ignore", "ignore", "inherit"],
      });
      child = started;
      await untilHealthy(apiUrl, started);
    },
    get isRunning() {
      return runs();
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
    suspend: () => void child?.kill("SIGSTOP"),
    wake: () => void child?.kill("SIGCONT"),
  };
}

async function untilHealthy(apiUrl: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    const answer = await fetch(`${apiUrl}/health`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`A server ended with ${child.exitCode ?? child.signalCode} before it was healthy`);
}
