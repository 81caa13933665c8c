import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { BucketStore } from "ostinato/bucket";
import { openS3Client } from "./s3-client.ts";
import { explain, isGone, namesForBuckets } from "./s3-explanation.ts";

/** S3 takes at most so many parts of one object. */
const maxParts = 10_000;
/** S3 takes no smaller parts but the last. */
const minPartBytes = 5 * 1024 * 1024;
/** Of a stream whose length nobody knows: 78 GiB at most. */
const streamPartBytes = 8 * 1024 * 1024;
/** Each is in memory. */
const partsAtOnce = 3;

/** A bucket of S3 by AWS's own client. An object of more than one part appears once its last part has arrived. */
export function openS3Store(bucket: string, config: S3ClientConfig): BucketStore {
  const client = openS3Client(config);
  const at = (key: string) => ({ Bucket: bucket, Key: key });
  return {
    read: (key) =>
      orUndefined(async () => {
        const { Body } = await client.send(new GetObjectCommand(at(key)));
        // In Node the body is a stream of Node's.
        return { content: Body as Readable };
      }),
    async write(key, { content, bytes, contentType }) {
      const object = { ...at(key), Body: content, ContentType: contentType };
      if (bytes !== undefined && bytes <= minPartBytes) {
        // What is in memory can be sent again, where the store is busy or the bucket is in another region.
        const Body = content instanceof Readable ? await buffer(content) : content;
        await client.send(new PutObjectCommand({ ...object, Body }));
        return;
      }
      const partSize = bytes === undefined ? streamPartBytes : Math.max(minPartBytes, Math.ceil(bytes / maxParts));
      await upload(new Upload({ client, params: object, partSize, queueSize: partsAtOnce }), content);
    },
    async *list(prefix) {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
        for (const { Key, Size = 0, LastModified } of Contents) {
          if (Key !== undefined) yield { key: Key, bytes: Size, modified: LastModified };
        }
      }
    },
    exists: async (key) =>
      (await orUndefined(async () => await client.send(new HeadObjectCommand(at(key))))) !== undefined,
    async delete(key) {
      await orUndefined(async () => await client.send(new DeleteObjectCommand(at(key))));
    },
    link: (key, expiresIn) => getSignedUrl(client, new GetObjectCommand(at(key)), { expiresIn }),
    explain: (error) => explain(error, bucket, namesForBuckets),
  };
}

/** Giving up the parts that have arrived may fail too: then the error of the source is still the one to tell. */
async function upload(sending: Upload, content: Uint8Array | Readable): Promise<void> {
  let broken: Error | undefined;
  if (content instanceof Readable) content.once("error", (error) => (broken = error));
  try {
    await sending.done();
  } catch (error) {
    throw broken ?? error;
  }
}

async function orUndefined<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
