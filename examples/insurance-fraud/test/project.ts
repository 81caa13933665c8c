import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ExamplePlace, ExampleProject } from "@ostinato/testing/example-project";
import { pythonWith } from "@ostinato/testing/python-packages";
import { startServices } from "./services.ts";

const inProject = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));
const command = fileURLToPath(new URL("../../../packages/ostinato/src/bin.mjs", import.meta.url));

export const project: ExampleProject = {
  about: "Which insurance claims are frauds: a bucket, MLflow, PostgreSQL, and a person who is asked.",

  async start({ url, environment, say }: ExamplePlace) {
    const python = process.env.MLFLOW_3_PYTHON ?? (await installed(say));
    say("Starting MLflow, a store that speaks S3, and PostgreSQL …");
    await using started = new AsyncDisposableStack();
    const services = started.use(await startServices(python));
    const env = { ...environment, ...services.environment };
    const run = async (file: string, ...args: string[]) => {
      const { stdout } = await promisify(execFile)(process.execPath, [inProject(file), ...args], { env });
      say(stdout.trimEnd());
    };
    await run("src/set-up.ts");
    const running = started.move();
    return {
      async run() {
        say("\nRunning the upload and the training …");
        await run("src/main.ts", "upload");
        await run("src/main.ts", "train");
        const serving = await startServing(env);
        running.defer(() => ended(serving));
        const args = [command, "deployment", "run", "fraud-batch-predict/by-hand", "--json"];
        const { stdout } = await promisify(execFile)(process.execPath, args, { env });
        const { id } = JSON.parse(stdout) as { readonly id: string };
        return `runs/flow-run/${id}`;
      },
      next: [
        "The batch prediction asks for a table on that page: answer it.",
        `MLflow is at ${services.mlflowUrl}.`,
        `The flows in Python, with what requirements.txt names: PREFECT_API_URL=${url}/api python ${inProject("src/insurance_fraud.py")} train`,
      ].join("\n"),
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    };
  },
};

async function installed(say: ExamplePlace["say"]): Promise<string> {
  say("Installing MLflow from PyPI, which takes minutes the first time …");
  const python = await pythonWith(inProject("requirements-mlflow.txt"));
  if (python === undefined) throw new Error("MLflow needs a Python 3: install one.");
  return python;
}

/** Until it has registered the deployments. */
async function startServing(env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const serving = spawn(process.execPath, [inProject("src/serve.ts")], { env, stdio: ["ignore", "ignore", "pipe"] });
  for await (const line of createInterface(serving.stderr)) if (line.includes("fraud-batch-predict/by-hand")) break;
  serving.stderr.resume();
  return serving;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}
