import { generateKeyPairSync } from "node:crypto";
import { type StorageEmulator, startStorageEmulator } from "@ostinato/testing/python-servers";
import { testBucket } from "@ostinato/testing/suites/bucket";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { clientOptions } from "./gcp-credentials.ts";
import { gcsBucket } from "./gcs-bucket.ts";

// The store is one thread of Python, which a busy machine makes slow.
vi.setConfig({ testTimeout: 120_000 });

/** A Python with the packages of `integrations/requirements.txt`, which `.ci/run` makes. Without it the tests skip. */
const python = process.env.INTEGRATIONS_PYTHON;

describe.skipIf(python === undefined)("a bucket of Cloud Storage", () => {
  let emulator: StorageEmulator;
  beforeAll(async () => {
    emulator = await startStorageEmulator(python ?? "", "lake");
  });
  afterAll(() => emulator?.stop());
  beforeEach(() => void vi.stubEnv("STORAGE_EMULATOR_HOST", emulator.url));
  afterEach(() => void vi.unstubAllEnvs());

  testBucket(test, {
    open: (folder) => gcsBucket("lake", { folder }),
    seed: (prefix, count) => emulator.seed("lake", prefix, count),
  });

  test("is found at an emulator however it is written, and leaves the variable as it is", async () => {
    const { host } = new URL(emulator.url);
    for (const written of [host, `http://${host}/`, `http://${host}/storage/v1`]) {
      vi.stubEnv("STORAGE_EMULATOR_HOST", written);
      const bucket = await gcsBucket("lake", { folder: "found" });
      await bucket.write("a", written);
      expect(await bucket.readText("a")).toBe(written);
      expect(process.env.STORAGE_EMULATOR_HOST).toBe(written);
    }
  });

  test("that is not there is named in each error, with what to do", async () => {
    const bucket = await gcsBucket("none-such", { folder: "raw" });
    const advice = 'there is no bucket "none-such"; create the bucket, or name another in bucket';
    const act = [bucket.write("a", "x"), bucket.read("a"), Array.fromAsync(bucket.list())];
    const told = await Promise.allSettled(act);
    expect(told.map((each) => each.status === "rejected" && String(each.reason))).toEqual([
      `BucketError: gs://none-such/raw/a could not be written: ${advice}`,
      `BucketError: gs://none-such/raw/a could not be read: ${advice}`,
      `BucketError: gs://none-such/raw/ could not be listed: ${advice}`,
    ]);
  });

  test("whose store is away says so", async () => {
    const away = await startStorageEmulator(python ?? "", "lake");
    await away.stop();
    vi.stubEnv("STORAGE_EMULATOR_HOST", away.url);
    const bucket = await gcsBucket("lake", { client: { retryOptions: { autoRetry: false } } });
    await expect(bucket.read("a.csv")).rejects.toThrow(
      /^gs:\/\/lake\/a\.csv could not be read: the store did not answer \(ECONNREFUSED/,
    );
  });
});

describe("the credentials of a block", () => {
  const key = { type: "service_account", project_id: "lab", client_email: "a@lab", private_key: "-----BEGIN" };
  test.each([
    { values: undefined, options: {} },
    { values: { service_account_file: null, service_account_info: null, project: null }, options: {} },
    { values: { service_account_info: key }, options: { projectId: "lab", credentials: key } },
    {
      values: { service_account_info: JSON.stringify(key), project: "other" },
      options: { projectId: "other", credentials: key },
    },
    {
      values: { service_account_info: { type: "authorized_user", refresh_token: "t" } },
      options: { credentials: { type: "authorized_user", refresh_token: "t" } },
    },
  ])("set up the client: $values", async ({ values, options }) => {
    expect(await clientOptions(values)).toEqual(options);
  });

  test.each([
    [{ service_account_info: "{'type': 'service_account'}" }, "service_account_info is not JSON. Give the whole JSON"],
    [{ service_account_info: "[]" }, "service_account_info is not an object of JSON."],
    [{ service_account_info: { client_email: "a@lab" } }, 'service_account_info has no "private_key".'],
    [{ service_account_info: { type: "service_account" } }, 'service_account_info has no "client_email".'],
    [
      { service_account_file: import.meta.filename },
      `the file ${import.meta.filename} of service_account_file is not JSON.`,
    ],
    [{ service_account_file: "/no/such.json" }, "service_account_file is /no/such.json, which is not on this machine."],
  ])("that cannot be a key are refused: %j", async (values, message) => {
    const refused = clientOptions(values);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow("BEGIN");
  });

  test("sign links without a request, and without a warning", async () => {
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    const warned = vi.spyOn(console, "warn");
    const client = await clientOptions({ service_account_info: { ...key, private_key: privateKey } });
    const bucket = await gcsBucket("lake", { folder: "raw", client });
    const link = new URL(await bucket.link("ü b.csv", { expiresInSeconds: 60 }));
    expect(link.origin + decodeURIComponent(link.pathname)).toBe("https://storage.googleapis.com/lake/raw/ü b.csv");
    expect(link.searchParams.get("X-Goog-Credential")).toMatch(/^a@lab\//);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  test("that are wrong are named with what to check", async () => {
    const bucket = await gcsBucket("lake", {
      client: { credentials: { client_email: "a@lab", private_key: "no key" } },
    });
    await expect(bucket.read("a.csv")).rejects.toThrow(
      /^gs:\/\/lake\/a\.csv could not be read: .*; check the service account's key of the block/,
    );
  });
});
