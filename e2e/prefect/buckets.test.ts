import { AwsCredentials, S3Bucket, s3Bucket } from "@ostinato/aws";
import { type PythonServer, startMoto } from "@ostinato/testing/python-servers";
import { useConnection } from "ostinato";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { startOstinato } from "../server-process.ts";
import { factsOf } from "./clients.ts";

/** A Python with Prefect's packages, and one with the store: `.ci/run` makes both. Without them the tests skip. */
const { PREFECT_BLOCKS_PYTHON: clientPython, INTEGRATIONS_PYTHON: storePython } = process.env;

const programSeconds = 300;

interface Facts {
  readonly credentials: string;
  readonly read: string;
  readonly listed: readonly string[];
  /** Of a flow whose results are in a bucket. */
  readonly flow_run: string;
}

describe.skipIf(clientPython === undefined || storePython === undefined)("buckets of S3 in both languages", () => {
  let server: RunningServer;
  let store: PythonServer;
  let session: AsyncDisposable | undefined;
  let facts: Facts;

  beforeAll(async () => {
    [server, store] = await Promise.all([
      startOstinato({ OSTINATO_SERVER_RESULT_BUCKETS: "s3://lake" }),
      startMoto(storePython ?? ""),
    ]);
    session = await useConnection({ baseUrl: server.apiUrl, inProcess: false });
    await fetch(`${store.url}/lake`, { method: "PUT" });
    await AwsCredentials.save("keys", {
      aws_access_key_id: "S3RVER",
      aws_secret_access_key: "S3RVER",
      region_name: "us-east-1",
      aws_client_parameters: { endpoint_url: store.url },
    });
    const credentials = AwsCredentials.named("keys");
    await S3Bucket.save("from-typescript", { bucket_name: "lake", bucket_folder: "shared", credentials });
    const shared = await S3Bucket.load("from-typescript");
    await shared.write("greetings/ü b.txt", "from typescript");
    facts = await factsOf<Facts>({
      program: "buckets.py",
      python: clientPython ?? "",
      server,
      seconds: programSeconds,
      environment: { STORE_URL: store.url },
    });
  }, programSeconds * 1000);
  afterAll(async () => {
    await session?.[Symbol.asyncDispose]();
    await Promise.all([server?.stop(), store?.stop()]);
  });

  test("Python reads by a block that TypeScript has saved", () => {
    expect(facts).toMatchObject({
      credentials: "AwsCredentials",
      read: "from typescript",
      listed: ["shared/greetings/ü b.txt"],
    });
  });

  test("TypeScript reads what Python wrote, in the same places", async () => {
    const shared = await S3Bucket.load("from-typescript");
    expect(await shared.readText("greetings/python.txt")).toBe("from python");
    expect(await shared.readText("sent/deep/a.txt")).toBe("a");
  });

  test("TypeScript loads blocks that Python has saved, with credentials in a block or of their own", async () => {
    const nested = await S3Bucket.load("from-python");
    await nested.write("a", "1");
    expect(nested.url("a")).toBe("s3://lake/from-python/a");
    const inline = await S3Bucket.load("from-python-inline");
    expect(await inline.readText("from-python/a")).toBe("1");
  });

  test("shows no secret of a bucket", async () => {
    const path = "block_types/slug/s3-bucket/block_documents/name/from-python-inline";
    const shown = await (await fetch(`${server.apiUrl}/${path}`)).json();
    expect(shown).toMatchObject({ data: { credentials: { aws_secret_access_key: "********" } } });
  });

  test("the server shows results that Python keeps in a bucket, and says which only Python can read", async () => {
    const ask = async <T>(path: string, body?: object): Promise<T> => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(
        `${server.apiUrl}${path}`,
        body && { method: "POST", headers, body: JSON.stringify(body) },
      );
      return (await answer.json()) as T;
    };
    const runs = await ask<readonly { readonly id: string; readonly name: string }[]>("/task_runs/filter", {
      flow_runs: { id: { any_: [facts.flow_run] } },
      sort: "ID_DESC",
    });
    const results = await Promise.all(
      runs.map(async ({ id, name }) => [name.split("-")[0], await ask(`/task_runs/${id}/result`)]),
    );
    expect(Object.fromEntries(results)).toMatchObject({
      measured: { preview: { kind: "json", value: { fares: [7.5, 12], at: "2024-01-01T00:00:00" } }, reason: null },
      pickled: { preview: { kind: "none" }, reason: expect.stringContaining('serializer "pickle"') },
    });
  });

  test("a bucket needs no block", async () => {
    const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
    const bucket = await s3Bucket("lake", { client: { endpoint: store.url, region: "us-east-1", credentials } });
    expect(await bucket.exists("from-python/a")).toBe(true);
  });
});
