import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { s3Bucket } from "./s3-bucket.ts";

/** What stores on this machine do not do: they have one region, and never break off. */

let folder: string;
let server: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ostinato-s3-faults-"));
});
afterEach(async () => {
  server?.close();
  server?.closeAllConnections();
  await rm(folder, { recursive: true, maxRetries: 5 });
});

async function bucketAt(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
  return await s3Bucket("far", { client: { endpoint, region: "us-east-1", credentials, maxAttempts: 1 } });
}

/** The region that a request was signed for. */
function signedFor({ headers }: IncomingMessage): string | undefined {
  return /Credential=[^/]+\/\d+\/([^/]+)\/s3/.exec(headers.authorization ?? "")?.[1];
}

/** As S3 answers who asks for a bucket in the wrong region. */
function redirect(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(301, { "x-amz-bucket-region": "eu-central-1", "content-type": "application/xml" });
  response.end(
    request.method === "HEAD"
      ? undefined
      : `<Error><Code>PermanentRedirect</Code><Message>The bucket you are attempting to access must be addressed using the specified endpoint.</Message><Endpoint>far.s3.eu-central-1.amazonaws.com</Endpoint><Bucket>far</Bucket></Error>`,
  );
}

describe("a bucket of another region", () => {
  test("is asked again in its own, with all that was to be sent", async () => {
    const sent: Buffer[] = [];
    const bucket = await bucketAt(async (request, response) => {
      if (signedFor(request) !== "eu-central-1") return redirect(request, response);
      for await (const chunk of request as AsyncIterable<Buffer>) sent.push(chunk);
      response.end(request.method === "GET" ? "found" : undefined);
    });
    expect(await bucket.readText("a.csv")).toBe("found");
    expect(await bucket.exists("a.csv")).toBe(true);
    await bucket.upload(import.meta.filename, "b.ts");
    expect(Buffer.concat(sent).toString()).toContain("with all that was to be sent");
  });

  const told =
    /^s3:\/\/far\/a\.csv could not be (read|written|looked up): .*; set the region of the bucket, eu-central-1, by AWS_REGION or region_name of the block, and no address of another region in endpoint_url$/;
  test("at an address that serves it in no region is named with its region", async () => {
    const bucket = await bucketAt(redirect);
    await expect(bucket.read("a.csv")).rejects.toThrow(told);
    await expect(bucket.write("a.csv", "1")).rejects.toThrow(told);
    await expect(bucket.exists("a.csv")).rejects.toThrow(told);
  });

  test("whose requests are refused as signed for the wrong one says which it expects", async () => {
    const bucket = await bucketAt((request, response) => {
      request.resume();
      response.writeHead(400, { "content-type": "application/xml" });
      response.end(
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'</Message><Region>eu-central-1</Region></Error>",
      );
    });
    await expect(bucket.read("a.csv")).rejects.toThrow(
      /^s3:\/\/far\/a\.csv could not be read: AuthorizationHeaderMalformed, .*expecting 'eu-central-1'; set the region of the bucket, by AWS_REGION or region_name of the block/,
    );
  });
});

test("a download that breaks off in the middle leaves no file, and names the object", async () => {
  const bucket = await bucketAt((_, response) => {
    response.writeHead(200, { "content-length": 1_000_000 });
    response.write(Buffer.alloc(100_000), () => response.destroy());
  });
  const told =
    /^s3:\/\/far\/large could not be read: the store did not answer \(ECONNRESET: aborted\); check the network/;
  await expect(bucket.download("large", join(folder, "large"))).rejects.toThrow(told);
  await expect(bucket.read("large")).rejects.toThrow(told);
  await expect(Array.fromAsync(await bucket.readStream("large"))).rejects.toThrow(told);
  expect(await readdir(folder)).toEqual([]);
});
