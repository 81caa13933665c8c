import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

interface ServingOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** The name of a deployment, `flow/deployment`: the program serves once it has told of it. */
  readonly deployment: string;
}

/** Starts a program that serves deployments, and waits until it does. Disposal stops it. Rejects with what it said where it ends before. */
export async function startServing(
  file: string,
  { environment, deployment }: ServingOptions,
): Promise<AsyncDisposable> {
  const child = spawn(process.execPath, [file], {
    env: { ...environment, OSTINATO_LOG_LEVEL: "info" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  await untilServed(child, deployment);
  return {
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      // The second signal has it end runs too, such as one that waits for a person.
      for (const signal of ["SIGINT", "SIGTERM"] as const) child.kill(signal);
      await ended;
    },
  };
}

async function untilServed({ stderr }: ChildProcess, deployment: string): Promise<void> {
  if (stderr === null) throw new Error("The program that serves the deployments has no output.");
  const said: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    said.push(line);
    if (line.includes(deployment)) {
      stderr.resume();
      return;
    }
  }
  throw new Error(`The program that serves ${deployment} has ended:\n${said.join("\n")}`);
}
