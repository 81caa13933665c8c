import type { Bucket } from "./bucket.ts";
import { packageOfBucket } from "./integrations.generated.ts";

/** A type of blocks that are buckets, such as `S3Bucket`. */
export interface BucketBlock {
  /** The type of the blocks: `s3-bucket`. */
  readonly type: string;
  /** The bucket by the name of its block. */
  load(name: string): Promise<Bucket>;
  /** The bucket by the values of its block, with their secrets. No server is asked. */
  connect(values: never): Promise<Bucket>;
}

/** Kept under a global symbol, so that two copies of this package in one process share them. */
const key = Symbol.for("ostinato.bucket-blocks");
const holder = globalThis as { [key]?: Map<string, BucketBlock> };
holder[key] ??= new Map();
const blocks = holder[key];

export function registerBucketBlock(block: BucketBlock): void {
  blocks.set(block.type, block);
}

/** The type of blocks by its name, from the package that brings it where one is installed; undefined where none is. */
export async function findBucketBlock(type: string): Promise<BucketBlock | undefined> {
  const known = blocks.get(type);
  const name = packageOfBucket[type];
  if (known !== undefined || name === undefined) return known;
  try {
    await import(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
  }
  return blocks.get(type);
}

/** What to do where {@link findBucketBlock} finds none; undefined for a type that no package of Ostinato brings. */
export function packageForBucket(type: string): string | undefined {
  return packageOfBucket[type];
}
