import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Client, createClient } from "@ostinato/client";
import { filterArtifacts, filterFlowRuns } from "@ostinato/protocol";
import type { Page } from "@ostinato/testing/browser";
import type { ExamplePicture, ExamplePlace, ExampleProject } from "@ostinato/testing/example-project";
import { servicePythons } from "@ostinato/testing/service-pythons";
import { startServing } from "@ostinato/testing/serving-program";
import { startServices } from "./services.ts";

const inProject = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));
const command = fileURLToPath(new URL("../../../packages/ostinato/src/bin.mjs", import.meta.url));

export const project: ExampleProject = {
  about: "Which insurance claims are frauds: a bucket of Cloud Storage, MLflow, PostgreSQL, and a person who is asked.",

  async start({ url, environment, say }: ExamplePlace) {
    const pythons = await servicePythons(say);
    say("Starting MLflow, a store that speaks Cloud Storage's protocol, and PostgreSQL …");
    await using started = new AsyncDisposableStack();
    const services = started.use(await startServices(pythons));
    const env = { ...environment, ...services.environment };
    const ending = new AbortController();
    started.defer(() => ending.abort());
    const { signal } = ending;
    const run = async (file: string, ...args: string[]) => {
      const { stdout } = await promisify(execFile)(process.execPath, [inProject(file), ...args], { env, signal });
      say(stdout.trimEnd());
    };
    await run("src/set-up.ts");
    const deployment = "fraud-batch-predict/by-hand";
    started.use(await startServing(inProject("src/serve.ts"), { environment: env, deployment }));
    const running = started.move();
    let asking = "";
    return {
      async run() {
        say("\nRunning the upload and the training …");
        await run("src/main.ts", "upload");
        await run("src/main.ts", "train");
        const args = [command, "deployment", "run", deployment, "--json"];
        const { stdout } = await promisify(execFile)(process.execPath, args, { env, signal });
        const { id } = JSON.parse(stdout) as { readonly id: string };
        asking = `runs/flow-run/${id}`;
        return asking;
      },
      pictures: async () => await picturesOf(createClient({ baseUrl: `${url}/api` }), asking),
      next: [
        "The batch prediction asks for a table on that page: answer it.",
        `MLflow is at ${services.mlflowUrl}.`,
        `The flows in Python, with what requirements.txt names: STORAGE_EMULATOR_HOST=${services.storageUrl} PREFECT_API_URL=${url}/api python ${inProject("src/insurance_fraud.py")} train`,
      ].join("\n"),
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    };
  },
};

async function picturesOf(client: Client, asking: string): Promise<readonly ExamplePicture[]> {
  const [training] = await client.call(filterFlowRuns, { body: { flows: { name: { any_: ["fraud-training"] } } } });
  const keys = ["fraud-model-report", "fraud-mlflow-info", "fraud-how-to-deploy"];
  const found = await client.call(filterArtifacts, { body: { artifacts: { key: { any_: keys } } } });
  const [report = "", inMlflow = ""] = keys.map((key) => found.find((artifact) => artifact.key === key)?.id);
  // The run asks some moments after it has been started.
  const act = async (page: Page) => await page.getByLabel("Table").waitFor();
  return [
    { name: "training", path: `runs/flow-run/${training?.id}` },
    { name: "model-report", path: `artifacts/artifact/${report}` },
    { name: "mlflow-info", path: `artifacts/artifact/${inMlflow}` },
    { name: "question", path: `${asking}/answer`, act },
    { name: "question-on-a-phone", path: `${asking}/answer`, isPhone: true, act },
  ];
}
