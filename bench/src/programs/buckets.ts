// Sends a file to a bucket or fetches one, by a bucket of ours or by the vendor's own client as its users write it: seconds, and how far memory rose.
import { createReadStream, createWriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { Storage } from "@google-cloud/storage";
import { s3Bucket } from "@ostinato/aws";
import { gcsBucket } from "@ostinato/gcp";

interface Client {
  upload(file: string, key: string): Promise<unknown>;
  download(key: string, file: string): Promise<unknown>;
}

const [who, verb, store, file = ""] = process.argv.slice(2);
const name = "bench";

const clients: Readonly<Record<string, () => Promise<Client>>> = {
  "ours s3": () => s3Bucket(name),
  "ours gcs": () => gcsBucket(name),
  async "plain s3"() {
    const client = new S3Client({ forcePathStyle: true });
    return {
      async upload(file, Key) {
        await new Upload({ client, params: { Bucket: name, Key, Body: createReadStream(file) } }).done();
      },
      async download(Key, file) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key }));
        await pipeline(Body as Readable, createWriteStream(file));
      },
    };
  },
  async "plain gcs"() {
    const { STORAGE_EMULATOR_HOST: apiEndpoint = "" } = process.env;
    delete process.env.STORAGE_EMULATOR_HOST;
    const bucket = new Storage({ apiEndpoint, projectId: "bench", useAuthWithCustomEndpoint: false }).bucket(name);
    return {
      upload: (file, destination) => bucket.upload(file, { destination }),
      download: (key, destination) => bucket.file(key).download({ destination }),
    };
  },
};

const client = await clients[`${who} ${store}`]?.();
if (client === undefined) throw new Error(`There is no client "${who} ${store}"`);
// What every transfer loads is not what it takes.
await client.upload(`${file}.small`, "small");
await client.download("small", `${file}.small`);
const idle = process.memoryUsage.rss();
let peak = idle;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
const begun = performance.now();
await (verb === "upload" ? client.upload(file, "large") : client.download("large", file));
clearInterval(watch);
console.log(JSON.stringify({ seconds: (performance.now() - begun) / 1000, megabytes: (peak - idle) / 1024 / 1024 }));
