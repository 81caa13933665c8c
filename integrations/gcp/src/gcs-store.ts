import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Bucket, type File, IdempotencyStrategy, Storage, type StorageOptions } from "@google-cloud/storage";
import type { BucketStore } from "ostinato/bucket";
import { Crc32c } from "./crc32c.ts";
import { withEmulator } from "./emulator.ts";
import { explain, whatIsGone } from "./gcs-explanation.ts";
import { withKey } from "./google-auth.ts";

/** A whole number of times 256 KiB, as Cloud Storage wants it. One part is in memory. */
const partBytes = 8 * 1024 * 1024;

/** A bucket of Cloud Storage by Google's own client. An object of more than one part appears once its last part has arrived. */
export function openGcsStore(name: string, options: StorageOptions): BucketStore {
  const { client, endpoint } = openClient(options);
  const bucket = client.bucket(name);
  /** Undefined for an object that is gone. A bucket that is gone has the same status, and is a mistake in the settings. */
  const orUndefined = async <T>(ask: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await ask();
    } catch (error) {
      const gone = whatIsGone(error);
      if (gone === "object") return undefined;
      if (gone === "either" && (await isThere(bucket))) return undefined;
      throw error;
    }
  };
  return {
    read: (key) =>
      orUndefined(async () => {
        const content = bucket.file(key).createReadStream();
        await answered(content);
        return { content };
      }),
    async write(key, { content, bytes, contentType }) {
      const isSmall = bytes !== undefined && bytes <= partBytes;
      const resumable = { resumable: !isSmall, ...(isSmall ? {} : { chunkSize: partBytes }) };
      const target = bucket.file(key).createWriteStream({ ...resumable, metadata: { contentType } });
      await pipeline(content instanceof Readable ? content : Readable.from([content], { objectMode: false }), target);
    },
    async *list(prefix) {
      const files = bucket.getFilesStream({ prefix }) as AsyncIterable<File>;
      for await (const { name: key, metadata } of files) {
        const { size = 0, updated } = metadata;
        yield { key, bytes: Number(size), modified: updated === undefined ? undefined : new Date(updated) };
      }
    },
    async exists(key) {
      return (await orUndefined(() => bucket.file(key).getMetadata())) !== undefined;
    },
    async delete(key) {
      await orUndefined(() => bucket.file(key).delete());
    },
    async link(key, expiresInSeconds) {
      // An emulator has no keys to sign with, and asks for no credentials.
      if (endpoint !== undefined) return `${endpoint}/${name}/${key.split("/").map(encodeURIComponent).join("/")}`;
      const expires = Date.now() + expiresInSeconds * 1000;
      const [url] = await bucket.file(key).getSignedUrl({ version: "v4", action: "read", expires });
      return url;
    },
    explain: (error) => explain(error, name),
  };
}

function openClient(options: StorageOptions) {
  return withEmulator("STORAGE_EMULATOR_HOST", (endpoint) => ({
    endpoint,
    client: new Storage({
      ...(endpoint === undefined
        ? {}
        : { apiEndpoint: endpoint, projectId: "emulator", useAuthWithCustomEndpoint: false }),
      crc32cGenerator: () => new Crc32c(),
      ...withKey(options),
      // A write replaces the whole object, so it may be tried again.
      retryOptions: { idempotencyStrategy: IdempotencyStrategy.RetryAlways, ...options.retryOptions },
    }),
  }));
}

/** The stream asks when it is first read, and fails after an answer that is an error, whose text it reads before. */
async function answered(content: Readable): Promise<void> {
  content.read(0);
  const [response] = await once(content, "response");
  if ((response as { readonly statusCode: number }).statusCode < 400) return;
  const [error] = await once(content, "error");
  throw error;
}

/** Reading objects alone is enough to work: who may not ask about the bucket finds it there. */
async function isThere(bucket: Bucket): Promise<boolean> {
  try {
    const [found] = await bucket.exists();
    return found;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 403) return true;
    throw error;
  }
}
