import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Cluster } from "./cluster.ts";

/** A process that serves deployments, until it is stopped or killed. */
export interface ServingProcess {
  /** Resolves when it has registered its deployments and serves them, or when it has ended. */
  readonly ready: Promise<void>;
  kill(): Promise<void>;
  /** Ends it as a terminal or a service manager does. */
  stop(): Promise<void>;
}

export interface ServingProcessOptions {
  /** The file to which the processes of runs write. */
  readonly marks: string;
  /** Called when it ends though nobody has asked for that, or when it does not end in the right way. */
  readonly onFailure: (why: string) => void;
}

const announcement = "serving 3 deployments";
const shownCharacters = 500;
const stopMillis = 60_000;

export function startServingProcess(
  { apiUrl, folder, servedProgram, flowInjection }: Cluster,
  { marks, onFailure }: ServingProcessOptions,
): ServingProcess {
  const child = spawn(process.execPath, [...flowInjection.execArgv, servedProgram], {
    env: {
      ...process.env,
      ...flowInjection.environment,
      CHAOS_MARKS: marks,
      OSTINATO_API_URL: apiUrl,
      OSTINATO_LOG_LEVEL: "info",
      OSTINATO_HOME: join(folder, "machine-1"),
      // As for the processes that run flows by themselves.
      OSTINATO_CONNECT_SECONDS: "180",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ready = Promise.withResolvers<void>();
  let said = "";
  let expected: "nothing" | "any end" | "an end without errors" = "nothing";
  child.stderr.on("data", (text) => {
    said += text;
    if (said.includes(announcement)) ready.resolve();
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      const isRight = expected === "any end" || (expected === "an end without errors" && code === 0);
      if (!isRight) onFailure(`a serving process ended with ${code ?? signal}: ${said.slice(-shownCharacters)}`);
      ready.resolve();
      resolve();
    });
  });
  const runs = () => child.exitCode === null && child.signalCode === null;
  return {
    ready: ready.promise,
    async kill() {
      if (!runs()) return;
      expected = "any end";
      child.kill("SIGKILL");
      await ended;
    },
    async stop() {
      if (!runs()) return;
      expected = "an end without errors";
      child.kill("SIGTERM");
      const tooLong = setTimeout(() => child.kill("SIGKILL"), stopMillis);
      await ended;
      clearTimeout(tooLong);
    },
  };
}
