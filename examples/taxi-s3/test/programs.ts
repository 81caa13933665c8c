import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const fileOf = (name: string) => fileURLToPath(new URL(`../src/${name}`, import.meta.url));

/** Starts the program that serves the deployment, and waits until it does. Disposal stops it. */
export async function startServing(environment: NodeJS.ProcessEnv): Promise<AsyncDisposable> {
  const child = spawn(process.execPath, [fileOf("serve.ts")], {
    env: { ...environment, OSTINATO_LOG_LEVEL: "info" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  await untilServed(child);
  return {
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      if (child.exitCode === null && child.kill("SIGTERM")) await ended;
    },
  };
}

async function untilServed({ stderr }: ChildProcess): Promise<void> {
  if (stderr === null) throw new Error("The program that serves the deployment has no output.");
  const said: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    said.push(line);
    if (line.includes("taxi-s3/monthly")) {
      stderr.resume();
      return;
    }
  }
  throw new Error(`The program that serves the deployment has ended:\n${said.join("\n")}`);
}

/** Runs the flow in Python against the same server, and says how that went. `PREFECT_BLOCKS_PYTHON` names a Python with the packages of requirements.txt. */
export async function runPython(environment: NodeJS.ProcessEnv): Promise<string> {
  const python = process.env.PREFECT_BLOCKS_PYTHON;
  if (python === undefined) {
    return "The flow in Python is left out: PREFECT_BLOCKS_PYTHON names no Python with what requirements.txt lists.";
  }
  const { OSTINATO_API_URL: url = "" } = environment;
  const env = { ...environment, PREFECT_API_URL: url, PREFECT_SERVER_ANALYTICS_ENABLED: "false", DO_NOT_TRACK: "1" };
  await promisify(execFile)(python, [fileOf("taxi.py")], { env });
  return "The flow in Python is Completed.";
}
