import type { Readable } from "node:stream";

/**
 * Objects of one bucket, all of them below the bucket's folder where it has one. Keys are relative to that folder, with `/` between their parts, as
 * `2024/trips.parquet`. Each operation rejects with a {@link BucketError} that names the object and says what to do.
 */
export interface Bucket {
  /** The address of an object, or of the folder: `s3://lake/raw/2024/trips.parquet`. */
  url(key?: string): string;
  read(key: string): Promise<Uint8Array>;
  /** As UTF-8. */
  readText(key: string): Promise<string>;
  /** The content as it arrives, for objects that don't fit into memory. An error on the way is an error of the stream. */
  readStream(key: string): Promise<Readable>;
  /** Replaces what the key has. An object appears whole or not at all. A stream of any length is sent in parts, of which few are in memory. */
  write(key: string, content: string | Uint8Array | Readable, options?: WriteOptions): Promise<void>;
  /** The objects whose keys begin with the prefix, in the order of the store; all unless given. */
  list(prefix?: string): AsyncIterable<BucketObject>;
  exists(key: string): Promise<boolean>;
  /** Does nothing where there is no such object. */
  delete(key: string): Promise<void>;
  /** Writes the object into a file, which appears whole or not at all. Makes the folders above it. */
  download(key: string, file: string): Promise<void>;
  /**
   * Writes all objects below `prefix` into a folder, in files by the rest of their keys. Gives their keys. Rejects where there are none, unless
   * `allowEmpty` says otherwise, and before anything is written where a key would lead out of the folder.
   */
  downloadFolder(prefix: string, folder: string, options?: FolderOptions): Promise<readonly string[]>;
  upload(file: string, key: string, options?: WriteOptions): Promise<void>;
  /** Sends all files of a folder and of those in it. Gives their keys. Rejects where there are none, unless `allowEmpty` says otherwise. */
  uploadFolder(folder: string, prefix: string, options?: UploadFolderOptions): Promise<readonly string[]>;
  /** An address that reads the object without credentials until it expires. */
  link(key: string, options?: LinkOptions): Promise<string>;
}

export interface BucketObject {
  readonly key: string;
  readonly bytes: number;
  /** Undefined where the store does not say. */
  readonly modified: Date | undefined;
}

export interface WriteOptions {
  /** What the content is, such as `text/csv`; `application/octet-stream` unless given, and UTF-8 text for a string. */
  readonly contentType?: string;
}

export interface FolderOptions {
  /** Whether it is fine that there is nothing; false unless given. */
  readonly allowEmpty?: boolean;
}

export interface UploadFolderOptions extends FolderOptions {
  /** Names of files and folders that are left out, at any depth: `[".git", "node_modules"]`. */
  readonly without?: readonly string[];
}

export interface LinkOptions {
  /** 3,600 unless given. */
  readonly expiresInSeconds?: number;
}
