// Sends a file to a bucket of S3 or fetches one, by a bucket of ours or by AWS's own client as its users write it: seconds, and how far memory rose.
import { createReadStream, createWriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { s3Bucket } from "@ostinato/aws";

const [who, verb, file = ""] = process.argv.slice(2);
const config = { forcePathStyle: true };
const at = { Bucket: "bench", Key: "large" };
const bucket = await s3Bucket(at.Bucket);
const client = new S3Client(config);

const plain = {
  upload: async () => void (await new Upload({ client, params: { ...at, Body: createReadStream(file) } }).done()),
  async download() {
    const { Body } = await client.send(new GetObjectCommand(at));
    await pipeline(Body as Readable, createWriteStream(file));
  },
};
const ours = { upload: () => bucket.upload(file, at.Key), download: () => bucket.download(at.Key, file) };

// What every transfer loads is not what it takes.
await bucket.write("small", "small");
await bucket.readText("small");
const act = (who === "ours" ? ours : plain)[verb === "upload" ? "upload" : "download"];
const idle = process.memoryUsage.rss();
let peak = idle;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
const begun = performance.now();
await act();
clearInterval(watch);
console.log(JSON.stringify({ seconds: (performance.now() - begun) / 1000, megabytes: (peak - idle) / 1024 / 1024 }));
