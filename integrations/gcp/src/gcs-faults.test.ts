import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { gcsBucket } from "./gcs-bucket.ts";

/** What no store on this machine does: it answers as Google's does to who may not, and breaks off in the middle. */

let folder: string;
let server: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ostinato-gcs-faults-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server?.close();
  server?.closeAllConnections();
  await rm(folder, { recursive: true, maxRetries: 5 });
});

async function bucketAt(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  vi.stubEnv("STORAGE_EMULATOR_HOST", `127.0.0.1:${(server.address() as AddressInfo).port}`);
  return await gcsBucket("lake", { client: { retryOptions: { autoRetry: false } } });
}

test("a download that breaks off in the middle leaves no file, and names the object", async () => {
  const bucket = await bucketAt((_, response) => {
    response.writeHead(200, { "content-length": 1_000_000 });
    response.write(Buffer.alloc(100_000), () => response.destroy());
  });
  const told = /^gs:\/\/lake\/large could not be read: the store did not answer \(.*\); check the network/;
  await expect(bucket.download("large", join(folder, "large"))).rejects.toThrow(told);
  await expect(bucket.read("large")).rejects.toThrow(told);
  expect(await readdir(folder)).toEqual([]);
});

test("a download whose content is not what was kept leaves no file, and says so", async () => {
  const bucket = await bucketAt((_, response) => {
    response.writeHead(200, { "x-goog-hash": "crc32c=AAAAAA==", "x-goog-stored-content-encoding": "identity" });
    response.end("other content");
  });
  await expect(bucket.download("changed", join(folder, "changed"))).rejects.toThrow(
    /^gs:\/\/lake\/changed could not be read: .*(match|integrity|checksum)/i,
  );
  expect(await readdir(folder)).toEqual([]);
});

test("who may not is told which role is missing", async () => {
  const bucket = await bucketAt((request, response) => {
    request.resume();
    response.writeHead(403, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { code: 403, message: "trips@lab does not have access" } }));
  });
  const told =
    /^gs:\/\/lake\/a could not be (read|written): .*; the service account needs the role Storage Object User on the bucket/s;
  await expect(bucket.read("a")).rejects.toThrow(told);
  await expect(bucket.write("a", "1")).rejects.toThrow(told);
  await expect(bucket.write("a", Readable.from([Buffer.from("1")]))).rejects.toThrow(told);
});
