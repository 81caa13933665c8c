import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type Bucket, bucketOf } from "@ostinato/buckets";

/** A bucket in the memory of the test, for what is done with buckets of any vendor. */
export interface MemoryBucket {
  readonly bucket: Bucket;
  /** The contents by the keys of their objects. */
  readonly objects: Map<string, Uint8Array>;
  /** Every call rejects with it while it is set. */
  failure: Error | undefined;
  /** The time that a read takes; none unless given. */
  wait: Promise<void>;
}

export function memoryBucket(): MemoryBucket {
  const objects = new Map<string, Uint8Array>();
  const asked = async () => {
    await made.wait;
    if (made.failure !== undefined) throw made.failure;
  };
  const bucket = bucketOf(
    { scheme: "memory", bucket: "lake", folder: "" },
    {
      async read(key) {
        await asked();
        const content = objects.get(key);
        return content === undefined ? undefined : { content: Readable.from([content], { objectMode: false }) };
      },
      async write(key, { content }) {
        await asked();
        objects.set(key, content instanceof Readable ? await buffer(content) : content);
      },
      async *list(prefix) {
        await asked();
        for (const [key, { byteLength }] of objects) {
          if (key.startsWith(prefix)) yield { key, bytes: byteLength, modified: undefined };
        }
      },
      exists: async (key) => objects.has(key),
      async delete(key) {
        objects.delete(key);
      },
      link: async (key) => `memory://lake/${key}`,
      explain: (error) => (error instanceof Error ? error.message : String(error)),
    },
  );
  const made: MemoryBucket = { bucket, objects, failure: undefined, wait: Promise.resolve() };
  return made;
}
