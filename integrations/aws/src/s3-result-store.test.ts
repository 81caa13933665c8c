import { type S3Server, startS3Server } from "@ostinato/testing/s3-server";
import { testResultStore } from "@ostinato/testing/suites/result-store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openS3ResultStore } from "./s3-result-store.ts";

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server("results", "other.bucket-2");
});
afterAll(() => server.stop());

const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
const open = (changed: object = {}) =>
  openS3ResultStore({ endpoint: server.endpoint, region: "us-east-1", credentials, maxAttempts: 1, ...changed });

describe("with a prefix", () => testResultStore(test, { scheme: "s3", root: "//results/of/runs", open }));
describe("without one", () => testResultStore(test, { scheme: "s3", root: "//other.bucket-2", open }));

test.each([
  ["//results", "//results/name"],
  ["//results/", "//results/name"],
  ["//results/a/b/", "//results/a/b/name"],
  ["//results//a//b", "//results/a/b/name"],
  ["//results/with space/ü/+&?%", "//results/with space/ü/+&?%/name"],
])("below %j the result is at %j", async (root, place) => {
  const text = `below ${root}`;
  expect(await open().write({ root, name: "name", text })).toBe(place);
  expect(await open().read(place)).toBe(text);
});

describe("an error names the object and says what to do", () => {
  const write = (changed: object = {}, root = "//results/of") =>
    open(changed).write({ root, name: "name", text: "text" });
  const read = (changed: object = {}, place = "//results/of/name") => open(changed).read(place);

  test("where there is no such bucket", async () => {
    const message = 'there is no bucket "none-such"; create the bucket, or name another in resultStorage';
    await expect(write({}, "//none-such/of")).rejects.toThrow(
      `s3://none-such/of/name could not be written: ${message}`,
    );
    await expect(read({}, "//none-such/of/name")).rejects.toThrow(
      `s3://none-such/of/name could not be read: ${message}`,
    );
  });

  test.each([
    ["the key is unknown", { accessKeyId: "nobody", secretAccessKey: "S3RVER" }, "InvalidAccessKeyId"],
    ["the secret is wrong", { accessKeyId: "S3RVER", secretAccessKey: "wrong" }, "SignatureDoesNotMatch"],
  ])("where %s", async (_, credentials, name) => {
    const expected = new RegExp(
      `s3://results/of/name could not be (written|read): ${name}, .*; check AWS_ACCESS_KEY_ID`,
    );
    await expect(write({ credentials })).rejects.toThrow(expected);
    await expect(read({ credentials })).rejects.toThrow(expected);
    await expect(read({ credentials })).rejects.toMatchObject({
      name: "S3ResultError",
      code: "S3_RESULT_FAILED",
      bucket: "results",
      key: "of/name",
    });
  });

  test("where nothing answers at the endpoint", async () => {
    const away = await startS3Server();
    await away.stop();
    await expect(write({ endpoint: away.endpoint })).rejects.toThrow(
      /s3:\/\/results\/of\/name could not be written: the store did not answer \(.*\); check the network, and AWS_ENDPOINT_URL_S3/,
    );
  });
});
