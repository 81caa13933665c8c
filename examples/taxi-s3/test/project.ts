import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { s3Bucket } from "@ostinato/aws";
import { type Client, createClient } from "@ostinato/client";
import { MlflowTracking } from "@ostinato/mlflow";
import { filterArtifacts, filterTaskRuns, readBlockDocumentByName, readDeploymentByName } from "@ostinato/protocol";
import type { ExamplePicture, ExamplePlace, ExampleProject, StartedExample } from "@ostinato/testing/example-project";
import { type MailSink, type ReceivedMail, startMailSink } from "@ostinato/testing/mail-sink";
import { startMlflow } from "@ostinato/testing/mlflow-server";
import { pythonWith } from "@ostinato/testing/python-packages";
import { startS3Server } from "@ostinato/testing/s3-server";
import { servicePythons } from "@ostinato/testing/service-pythons";
import { startServing } from "@ostinato/testing/serving-program";
import { runDeployment, useConnection } from "ostinato";
import { writeMonth } from "../src/months.ts";
import { setUp } from "../src/set-up.ts";

const inProject = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));

/** By the folder of the bucket: who writes `archive` into the folder of the block has the flow read the months before. */
const months = {
  green: [
    { month: "2024-01", trips: 4000 },
    { month: "2024-02", trips: 3000 },
    { month: "2025-01", trips: 2000 },
  ],
  "archive/green": [
    { month: "2023-11", trips: 2000 },
    { month: "2023-12", trips: 1000 },
  ],
};

/** What the store of the project takes for the keys of an account. */
const keys = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
const region = "us-east-1";

export const project: ExampleProject = {
  about: "the taxi pipeline with its months, checkpoints and results in a bucket of S3",
  // The mail server of the project is on this machine, which servers do not talk to unless they are told to.
  serverEnvironment: { OSTINATO_SERVER_PRIVATE_TARGETS: "127.0.0.0/8", OSTINATO_SERVER_RESULT_BUCKETS: "s3://taxi" },
  start,
};

async function start({ url, environment, say }: ExamplePlace): Promise<StartedExample> {
  await using started = new AsyncDisposableStack();
  const s3 = started.adopt(await startS3Server("taxi"), (server) => server.stop());
  const mails = started.use(await startMailSink());
  await fillBucket(s3.endpoint);
  say(
    `The bucket "taxi" of a store at ${s3.endpoint} has the months ${months.green.map(({ month }) => month).join(", ")}.`,
  );
  started.use(await useConnection({ baseUrl: `${url}/api`, inProcess: false }));
  await setUp({
    endpoint: s3.endpoint,
    bucket: "taxi",
    keyId: keys.accessKeyId,
    secret: keys.secretAccessKey,
    region,
    mailServer: { host: "127.0.0.1", port: mails.port },
    mailTo: "team@example.com",
  });
  const mlflow = started.adopt(await startMlflow((await servicePythons(say)).mlflow), (server) => server.stop());
  await MlflowTracking.save("taxi", { tracking_uri: mlflow.url }, { overwrite: true });
  say(`MLflow is at ${mlflow.url}.`);
  const deployment = "taxi-s3/monthly";
  started.use(await startServing(inProject("src/serve.ts"), { environment, deployment }));
  say("The blocks, the automation and the deployment taxi-s3/monthly are there.");
  const ending = new AbortController();
  started.defer(() => ending.abort());
  const all = started.move();
  let run = "";
  return {
    async run() {
      const { id, state } = await runDeployment(deployment, { parameters: { tracking: "taxi" } });
      run = id;
      say(`The flow in TypeScript is ${state.name}.`);
      const mail = await firstMail(mails, ending.signal);
      say(`A mail has come: ${/^Subject: (.*?)\r?$/m.exec(mail.content)?.[1]}`);
      await runPython({ url, environment, say }, ending.signal);
      return `runs/flow-run/${id}`;
    },
    pictures: async () => await picturesOf(createClient({ baseUrl: `${url}/api` }), run),
    next: [
      `Write "archive" into the folder of the block taxi at ${url}/blocks, and the next run reads the months there: run taxi-s3/monthly`,
      `with 2023-11 and 2023-12 from its form at ${url}/deployments.`,
    ].join("\n"),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Runs the flow in Python against the same server. `PREFECT_BLOCKS_PYTHON` may name a Python with the packages of requirements.txt. */
async function runPython({ url, environment, say }: ExamplePlace, signal: AbortSignal): Promise<void> {
  const { PREFECT_BLOCKS_PYTHON } = process.env;
  if (PREFECT_BLOCKS_PYTHON === undefined) say("Taking Prefect from PyPI for the flow in Python …");
  const python = PREFECT_BLOCKS_PYTHON ?? (await pythonWith(inProject("requirements.txt")));
  if (python === undefined) throw new Error("The flow in Python needs Python 3: install it.");
  const quiet = { PREFECT_SERVER_ANALYTICS_ENABLED: "false", DO_NOT_TRACK: "1" };
  const env = { ...environment, ...quiet, PREFECT_API_URL: `${url}/api` };
  await promisify(execFile)(python, [inProject("src/taxi.py")], { env, signal });
  say("The flow in Python is Completed.");
}

async function picturesOf(client: Client, run: string): Promise<readonly ExamplePicture[]> {
  const params = { slug: "s3-bucket", block_document_name: "taxi" };
  const [block, deployment, tasks, artifacts] = await Promise.all([
    client.call(readBlockDocumentByName, { params, query: {} }),
    client.call(readDeploymentByName, { params: { flow_name: "taxi-s3", deployment_name: "monthly" } }),
    client.call(filterTaskRuns, { body: { flow_runs: { id: { any_: [run] } } } }),
    client.call(filterArtifacts, { body: { artifacts: { key: { any_: ["taxi-s3-report"] } } } }),
  ]);
  const clean = tasks.find(({ name }) => name.startsWith("clean trips"));
  return [
    { name: "run", path: `runs/flow-run/${run}` },
    { name: "checkpoint", path: `runs/flow-run/${run}?task=${clean?.id}` },
    { name: "report", path: `artifacts/artifact/${artifacts[0]?.id}` },
    { name: "form", path: `deployments/${deployment.id}/run` },
    {
      name: "block",
      path: `blocks/block/${block.id}/edit`,
      act: async (page) => await page.getByLabel("Bucket Folder").fill("archive"),
    },
    { name: "run-on-a-phone", path: `runs/flow-run/${run}`, isPhone: true },
  ];
}

/** The months are made on this machine: nothing is downloaded. */
async function fillBucket(endpoint: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "taxi-s3-"));
  try {
    const bucket = await s3Bucket("taxi", { client: { endpoint, region, credentials: keys } });
    for (const [key, itsMonths] of Object.entries(months)) {
      const itsFolder = join(folder, key);
      await mkdir(itsFolder, { recursive: true });
      for (const month of itsMonths) await writeMonth(itsFolder, month);
      await bucket.uploadFolder(itsFolder, key);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

const mailPatienceSeconds = 60;

/** The automation sends it some moments after the run. */
async function firstMail({ received }: MailSink, ending: AbortSignal): Promise<ReceivedMail> {
  const patience = AbortSignal.any([AbortSignal.timeout(mailPatienceSeconds * 1000), ending]);
  for (;;) {
    const [mail] = received;
    if (mail !== undefined) return mail;
    await setTimeout(100, undefined, { signal: patience });
  }
}
