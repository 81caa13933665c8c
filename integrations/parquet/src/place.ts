import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { homeFolder } from "ostinato";
import type { Bucket } from "ostinato/bucket";

/** Where tables are kept: a bucket, or a folder of this machine. */
export type TablePlace = Bucket | string;

/** One table's file in its place. */
export interface FilePlace {
  readonly url: string;
  readonly key: string;
  isThere(): Promise<boolean>;
  /** Moves the finished file there, where it appears whole or not at all. */
  take(file: string): Promise<void>;
}

export function isBucket(place: TablePlace | undefined): place is Bucket {
  return typeof place === "object";
}

/** `key` below the place, or below the checkpoints of this machine where none is given. */
export function filePlace(key: string, place?: TablePlace): FilePlace {
  if (isBucket(place)) {
    return {
      url: place.url(key),
      key,
      isThere: () => place.exists(key),
      take: async (file) => {
        await place.upload(file, key, { contentType: "application/vnd.apache.parquet" });
        await rm(file, { force: true });
      },
    };
  }
  const path = isAbsolute(key) ? key : resolve(place ?? join(homeFolder(), "checkpoints"), key);
  return {
    url: path,
    key: path,
    isThere: () =>
      stat(path).then(
        () => true,
        () => false,
      ),
    async take(file) {
      await mkdir(dirname(path), { recursive: true });
      await rename(file, path);
    },
  };
}

/** The folder in which the file is written before it is taken: the same disk, where the place is a folder. */
export async function scratchFolder(place: FilePlace, bucket: boolean): Promise<string> {
  const folder = bucket ? join(homeFolder(), "checkpoints") : dirname(place.key);
  await mkdir(folder, { recursive: true });
  return folder;
}
