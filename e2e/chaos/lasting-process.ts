import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Cluster } from "./cluster.ts";

/** A process that has runs executed, until it is stopped or killed. */
export interface LastingProcess {
  /** Resolves when it serves, or when it has ended. */
  readonly ready: Promise<void>;
  readonly pid: number | undefined;
  kill(): Promise<void>;
  /** Waits until it has ended by itself; false where that takes longer. */
  endsWithin(millis: number): Promise<boolean>;
  /** Ends it as a terminal or a service manager does: it lets its runs end. */
  stop(): Promise<void>;
}

export interface LastingProcessOptions {
  /** What it is, for messages. */
  readonly what: string;
  /** The arguments of Node. */
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What it says when it serves. */
  readonly announcement: string;
  /** The file to which the processes of runs write. */
  readonly marks: string;
  /** Called when it ends though nobody has asked for that, or when it does not end in the right way. */
  readonly onFailure: (why: string) => void;
}

const shownCharacters = 500;
const stopMillis = 60_000;

export function startLastingProcess(
  { apiUrl, folder, flowInjection }: Cluster,
  { what, args, environment = {}, announcement, marks, onFailure }: LastingProcessOptions,
): LastingProcess {
  const child = spawn(process.execPath, args, {
    env: {
      ...process.env,
      ...flowInjection.environment,
      CHAOS_MARKS: marks,
      OSTINATO_API_URL: apiUrl,
      OSTINATO_LOG_LEVEL: "info",
      OSTINATO_HOME: join(folder, "machine-1"),
      // As for the processes that run flows by themselves.
      OSTINATO_CONNECT_SECONDS: "180",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ready = Promise.withResolvers<void>();
  let said = "";
  let expected: "nothing" | "any end" | "an end without errors" = "nothing";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      said += text;
      if (said.includes(announcement)) ready.resolve();
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      const isRight = expected === "any end" || (expected === "an end without errors" && code === 0);
      if (!isRight) onFailure(`${what} ended with ${code ?? signal}: ${said.slice(-shownCharacters)}`);
      ready.resolve();
      resolve();
    });
  });
  const runs = () => child.exitCode === null && child.signalCode === null;
  return {
    ready: ready.promise,
    pid: child.pid,
    async endsWithin(millis) {
      if (!runs()) return true;
      expected = "an end without errors";
      const tooLong = Promise.withResolvers<false>();
      const timer = setTimeout(() => tooLong.resolve(false), millis);
      const hasEnded = await Promise.race([ended.then(() => true), tooLong.promise]);
      clearTimeout(timer);
      return hasEnded;
    },
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
