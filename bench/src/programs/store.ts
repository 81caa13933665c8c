// A store that costs next to nothing, so that the client bounds a transfer: it answers what clients of S3 and of Cloud Storage ask about one object,
// counts the bytes that come, takes them for zeros, and gives back as many. Writes its address, and ends with its standard input.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CRC32C } from "@google-cloud/storage";

/** How many bytes each object has, or has so far. */
const objects = new Map<string, number>();
const zeros = Buffer.alloc(1024 * 1024);
const checksums = new Map<number, string>();
// Takes seconds for a gigabyte, so it is made before anyone asks.
for (const bytes of process.argv.slice(2)) checksumOf(Number(bytes));

const server = createServer(async (request, response) => {
  try {
    await answer(request, response);
  } catch (error) {
    response.destroy(error instanceof Error ? error : undefined);
  }
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.stdin.resume().once("end", () => process.exit());

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "", "http://store");
  if (request.method === "GET") return await send(url, response);
  if (url.pathname.startsWith("/upload/storage/")) return await takeForCloudStorage(request, response, url);
  await takeForS3(request, response, url);
}

async function send({ pathname }: URL, response: ServerResponse): Promise<void> {
  const bytes = sizeOf(decodeURIComponent(pathname.split("/").at(-1) ?? ""));
  response.writeHead(200, {
    "Content-Length": bytes,
    "x-goog-hash": `crc32c=${checksumOf(bytes)}`,
    "x-goog-stored-content-encoding": "identity",
  });
  for (const part of parts(bytes)) if (!response.write(part)) await once(response, "drain");
  response.end();
}

async function takeForS3(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const key = url.pathname.split("/").at(-1) ?? "";
  const sent = await drained(request);
  const bytes = Number(request.headers["x-amz-decoded-content-length"] ?? sent);
  if (request.method === "PUT") {
    objects.set(key, url.searchParams.has("partNumber") ? sizeOf(key) + bytes : bytes);
    response.writeHead(200, { ETag: '"etag"' }).end();
  } else if (url.searchParams.has("uploads")) {
    objects.set(key, 0);
    xml(response, "InitiateMultipartUploadResult", "<UploadId>one</UploadId>");
  } else {
    xml(response, "CompleteMultipartUploadResult", '<ETag>"etag"</ETag>');
  }
}

async function takeForCloudStorage(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const key = url.searchParams.get("name") ?? "";
  if (url.searchParams.get("uploadType") === "multipart") {
    objects.set(key, await secondPart(request));
    tell(response, key);
  } else if (request.method === "POST") {
    await drained(request);
    objects.set(key, 0);
    url.host = request.headers.host ?? "";
    response.writeHead(200, { Location: `${url}&upload_id=one`, "Content-Length": 0 }).end();
  } else {
    const bytes = sizeOf(key) + (await drained(request));
    objects.set(key, bytes);
    const [, last, total] = /^bytes \d*-?(\d+|\*)\/(\d+|\*)$/.exec(request.headers["content-range"] ?? "") ?? [];
    if (last === "*" || total === String(bytes)) tell(response, key);
    else response.writeHead(308, { Range: `bytes=0-${bytes - 1}`, "Content-Length": 0 }).end();
  }
}

/** How many bytes the object has in a body of two parts, what is about it and itself. */
async function secondPart(request: IncomingMessage): Promise<number> {
  const chunks = await Array.fromAsync(request as AsyncIterable<Buffer>);
  const [, , content = ""] = Buffer.concat(chunks).toString("latin1").split("\r\n\r\n");
  return content.lastIndexOf("\r\n--");
}

function tell(response: ServerResponse, name: string): void {
  const bytes = sizeOf(name);
  response.writeHead(200, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ name, size: String(bytes), crc32c: checksumOf(bytes) }));
}

async function drained(request: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) bytes += chunk.byteLength;
  return bytes;
}

function xml(response: ServerResponse, name: string, content: string): void {
  response.writeHead(200, { "Content-Type": "application/xml" }).end(`<${name}>${content}</${name}>`);
}

function sizeOf(key: string): number {
  const bytes = objects.get(key);
  if (bytes === undefined) throw new Error(`The store has no ${key}`);
  return bytes;
}

/** Of so many zeros. The client of Cloud Storage compares it with that of what it has sent or got. */
function checksumOf(bytes: number): string {
  const known = checksums.get(bytes);
  if (known !== undefined) return known;
  const crc32c = new CRC32C();
  for (const part of parts(bytes)) crc32c.update(part);
  checksums.set(bytes, crc32c.toString());
  return crc32c.toString();
}

function* parts(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= zeros.byteLength) {
    yield left < zeros.byteLength ? zeros.subarray(0, left) : zeros;
  }
}
