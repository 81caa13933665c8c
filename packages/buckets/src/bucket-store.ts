import type { Readable } from "node:stream";
import type { BucketObject } from "./bucket.ts";

/** What a vendor's client does for a bucket. Keys are whole, with the bucket's folder. Errors are the client's own. */
export interface BucketStore {
  /** Undefined where there is no such object. */
  read(key: string): Promise<StoredObject | undefined>;
  write(key: string, body: ObjectBody): Promise<void>;
  list(prefix: string): AsyncIterable<BucketObject>;
  exists(key: string): Promise<boolean>;
  delete(key: string): Promise<void>;
  link(key: string, expiresInSeconds: number): Promise<string>;
  /** What went wrong by the client's error, and what to do, to follow "could not be read: ". */
  explain(error: unknown): string;
}

export interface StoredObject {
  readonly content: Readable;
}

export interface ObjectBody {
  readonly content: Uint8Array | Readable;
  /** Undefined for a stream of unknown length. */
  readonly bytes: number | undefined;
  readonly contentType: string;
}
