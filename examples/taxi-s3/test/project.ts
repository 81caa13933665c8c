import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { s3Bucket } from "@ostinato/aws";
import { MlflowTracking } from "@ostinato/mlflow";
import type { ExamplePlace, ExampleProject, StartedExample } from "@ostinato/testing/example-project";
import { type MailSink, type ReceivedMail, startMailSink } from "@ostinato/testing/mail-sink";
import { startMlflow } from "@ostinato/testing/mlflow-server";
import type { PythonServer } from "@ostinato/testing/python-servers";
import { startS3Server } from "@ostinato/testing/s3-server";
import { runDeployment, useConnection } from "ostinato";
import { writeMonth } from "../src/months.ts";
import { setUp } from "../src/set-up.ts";
import { runPython, startServing } from "./programs.ts";

const months = [
  { month: "2024-01", trips: 4000 },
  { month: "2024-02", trips: 3000 },
  { month: "2025-01", trips: 2000 },
];

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
  say(`The bucket "taxi" of a store at ${s3.endpoint} has ${months.length} months.`);
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
  const mlflow = await startTracking(say);
  if (mlflow !== undefined) {
    started.defer(() => mlflow.stop());
    await MlflowTracking.save("taxi", { tracking_uri: mlflow.url });
  }
  started.use(await startServing(environment));
  say("The blocks, the automation and the deployment taxi-s3/monthly are there.");
  const all = started.move();
  return {
    async run() {
      const { id, state } = await runDeployment("taxi-s3/monthly", {
        parameters: mlflow === undefined ? {} : { tracking: "taxi" },
      });
      say(`The flow in TypeScript is ${state.name}.`);
      const mail = await firstMail(mails);
      say(`A mail has come: ${/^Subject: (.*?)\r?$/m.exec(mail.content)?.[1]}`);
      say(await runPython(environment));
      return `runs/flow-run/${id}`;
    },
    next: `Change the bucket of the months at ${url}/blocks, or run taxi-s3/monthly with other months from its form at ${url}/deployments.`,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** The months are made on this machine: nothing is downloaded. */
async function fillBucket(endpoint: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "taxi-s3-"));
  try {
    for (const month of months) await writeMonth(folder, month);
    const bucket = await s3Bucket("taxi", { client: { endpoint, region, credentials: keys } });
    await bucket.uploadFolder(folder, "green");
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** `MLFLOW_3_PYTHON` names a Python with MLflow. */
async function startTracking(say: ExamplePlace["say"]): Promise<PythonServer | undefined> {
  const { MLFLOW_3_PYTHON: python } = process.env;
  if (python === undefined) {
    say("MLflow is left out: MLFLOW_3_PYTHON names no Python with MLflow.");
    return undefined;
  }
  const server = await startMlflow(python);
  say(`MLflow is at ${server.url}.`);
  return server;
}

const mailPatienceSeconds = 60;

/** The automation sends it some moments after the run. */
async function firstMail({ received }: MailSink): Promise<ReceivedMail> {
  const patience = AbortSignal.timeout(mailPatienceSeconds * 1000);
  for (;;) {
    const [mail] = received;
    if (mail !== undefined) return mail;
    await setTimeout(100, undefined, { signal: patience });
  }
}
