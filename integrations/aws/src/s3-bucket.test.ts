import { Readable } from "node:stream";
import { CreateBucketCommand, ListMultipartUploadsCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { type Moto, startMoto } from "@ostinato/testing/python-servers";
import { type S3Server, startS3Server } from "@ostinato/testing/s3-server";
import { testBucket } from "@ostinato/testing/suites/bucket";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { clientConfig } from "./aws-credentials.ts";
import { s3Bucket } from "./s3-bucket.ts";

// A thousand objects take a store of Python seconds, and on a busy machine many.
vi.setConfig({ testTimeout: 120_000 });

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server("lake");
});
afterAll(() => server.stop());

const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
const open = (folder: string, { bucket = "lake", ...changed }: S3ClientConfig & { readonly bucket?: string } = {}) =>
  s3Bucket(bucket, {
    folder,
    client: { endpoint: server.endpoint, region: "us-east-1", credentials, maxAttempts: 1, ...changed },
  });

describe("a bucket of S3", () => testBucket(test, { open, without: ["pages", "aborts"] }));

/** A Python with the packages of `integrations/requirements.txt`, which `.ci/run` makes. Without it the tests skip. */
const python = process.env.INTEGRATIONS_PYTHON;

describe.skipIf(python === undefined)("a bucket of S3, by moto", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto(python ?? "");
    await new S3Client({ endpoint: moto.url, region: "us-east-1", credentials, forcePathStyle: true }).send(
      new CreateBucketCommand({ Bucket: "lake" }),
    );
  });
  afterAll(() => moto?.stop());
  testBucket(test, {
    open: (folder) => open(folder, { endpoint: moto.url }),
    seed: (prefix, count) => moto.seed("lake", prefix, count),
  });

  test("keeps no part of half an upload", async () => {
    const content = Readable.from(
      (async function* () {
        for (let part = 0; part < 3; part += 1) yield Buffer.alloc(9 * 1024 * 1024);
        throw new Error("the source broke");
      })(),
    );
    const bucket = await open("", { endpoint: moto.url });
    await expect(bucket.write("half", content)).rejects.toThrow(
      "s3://lake/half could not be written: the source broke",
    );
    const client = new S3Client({ endpoint: moto.url, region: "us-east-1", credentials, forcePathStyle: true });
    expect(await client.send(new ListMultipartUploadsCommand({ Bucket: "lake" }))).not.toHaveProperty("Uploads");
  });
});

describe("an error names the object and says what to do", () => {
  test("where there is no such bucket", async () => {
    const bucket = await open("raw", { bucket: "none-such" });
    const advice = 'there is no bucket "none-such"; create the bucket, or name another in bucket_name';
    const act = [bucket.write("a", "x"), bucket.read("a"), Array.fromAsync(bucket.list())];
    const told = await Promise.allSettled(act);
    expect(told.map((each) => each.status === "rejected" && String(each.reason))).toEqual([
      `BucketError: s3://none-such/raw/a could not be written: ${advice}`,
      `BucketError: s3://none-such/raw/a could not be read: ${advice}`,
      `BucketError: s3://none-such/raw/ could not be listed: ${advice}`,
    ]);
  });

  test("where the secret is wrong", async () => {
    const bucket = await open("", { credentials: { ...credentials, secretAccessKey: "wrong" } });
    await expect(bucket.read("a.csv")).rejects.toThrow(
      /^s3:\/\/lake\/a\.csv could not be read: SignatureDoesNotMatch, .*; check the key and the secret of the block/,
    );
  });

  test("where nothing answers", async () => {
    const away = await startS3Server();
    await away.stop();
    const bucket = await open("", { endpoint: away.endpoint });
    await expect(bucket.upload(import.meta.filename, "a.ts")).rejects.toThrow(
      /^s3:\/\/lake\/a\.ts could not be written: the store did not answer/,
    );
  });
});

describe("the credentials of a block", () => {
  test.each([
    { values: undefined, config: {} },
    { values: { region_name: "eu-central-1" }, config: { region: "eu-central-1" } },
    {
      values: {
        aws_access_key_id: "id",
        aws_secret_access_key: "secret",
        aws_session_token: null,
        region_name: null,
        aws_client_parameters: { endpoint_url: "minio:9000", use_ssl: false },
      },
      config: { endpoint: "http://minio:9000", credentials: { accessKeyId: "id", secretAccessKey: "secret" } },
    },
    {
      values: { aws_access_key_id: "id", aws_secret_access_key: "secret", aws_session_token: "token" },
      config: { credentials: { accessKeyId: "id", secretAccessKey: "secret", sessionToken: "token" } },
    },
    {
      values: {
        minio_root_user: "root",
        minio_root_password: "secret",
        aws_client_parameters: { endpoint_url: "https://minio.internal" },
      },
      config: {
        region: "us-east-1",
        endpoint: "https://minio.internal",
        credentials: { accessKeyId: "root", secretAccessKey: "secret" },
      },
    },
  ])("set up the client: $values", async ({ values, config }) => {
    expect(await clientConfig(values)).toEqual(config);
  });

  test("may be a profile or a role, which the client asks for when it needs them", async () => {
    expect((await clientConfig({ profile_name: "team" })).credentials).toBeTypeOf("function");
    const role = { assume_role_arn: "arn:aws:iam::123456789012:role/reader" };
    expect((await clientConfig(role)).credentials).toBeTypeOf("function");
  });
});
