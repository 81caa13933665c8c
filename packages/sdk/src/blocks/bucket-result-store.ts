import type { Bucket, BucketBlock } from "@ostinato/buckets";
import type { ResultStore, ResultStoreDefinition } from "../results/result-store.ts";

/** An object in the bucket of a block as `lake/results/3f0c…ab`: the name of the block, and the key of the object in it. */
interface Place {
  readonly block: string;
  /** Empty for the bucket itself. */
  readonly key: string;
}

/** The name of a block has no slash, and is not one of the names that stand for folders. */
const pattern = /^(?!\.{1,2}(?:\/|$))([^/]+)(?:\/(.*))?$/s;

function parsePlace(text: string): Place | undefined {
  const [, block, key = ""] = pattern.exec(text) ?? [];
  return block === undefined ? undefined : { block, key };
}

/** Results in the buckets of one type of blocks: `resultStorage: "s3-bucket/lake"`, or `"s3-bucket/lake/results"` for a folder of it. */
export function bucketResultStore({ type, load }: BucketBlock): ResultStoreDefinition {
  return {
    scheme: type,
    checkRoot: (root) =>
      parsePlace(root) === undefined
        ? `a block by its name, and a folder where you want one, as "${type}/lake" or "${type}/lake/results"`
        : undefined,
    open: () => openBucketResultStore(load),
  };
}

function openBucketResultStore(load: BucketBlock["load"]): ResultStore {
  const buckets = new Map<string, Promise<Bucket>>();
  /** After an error the block is read anew, since its credentials may have been changed. */
  const inBucket = async <T>(block: string, act: (bucket: Bucket) => Promise<T>): Promise<T> => {
    const opened = buckets.get(block) ?? load(block);
    buckets.set(block, opened);
    try {
      return await act(await opened);
    } catch (error) {
      if (buckets.get(block) === opened) buckets.delete(block);
      throw error;
    }
  };
  return {
    async write({ root, name, text }) {
      const { block, key: folder } = parsePlace(root) ?? { block: "", key: "" };
      const key = [...folder.split("/").filter((part) => part !== ""), name].join("/");
      await inBucket(block, (bucket) => bucket.write(key, text));
      return `${block}/${key}`;
    },
    async read(text) {
      const place = parsePlace(text);
      if (place === undefined || place.key === "") return undefined;
      return await inBucket(place.block, (bucket) => bucket.readText(place.key)).catch(undefinedWhereGone);
    },
  };
}

function undefinedWhereGone(error: unknown): undefined {
  if ((error as { readonly code?: unknown }).code === "BUCKET_OBJECT_NOT_FOUND") return undefined;
  throw error;
}
