import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pMap from "p-map";
import type { Bucket, FolderOptions, UploadFolderOptions } from "./bucket.ts";
import { BucketError } from "./bucket-error.ts";
import { asFolder, fileBelow } from "./keys.ts";

/** Of a folder. More seldom help, and each holds parts in memory. */
const transfersAtOnce = 8;

interface Folders {
  readonly prefix: string;
  readonly folder: string;
}

/** What a file is read by: in fewer calls than by Node's own 64 KiB, and still little where several parts are in memory. */
const readBytes = 256 * 1024;

/** Under another name until it is whole. */
export async function downloadFile(content: AsyncIterable<unknown>, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${randomUUID()}.part`;
  // A stream opens its file later, perhaps once the content has failed and nobody removes the file any more.
  const handle = await open(partial, "wx");
  try {
    await pipeline(content, handle.createWriteStream());
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

export async function downloadFolder(
  bucket: Bucket,
  { prefix, folder }: Folders,
  { allowEmpty = false }: FolderOptions,
): Promise<readonly string[]> {
  const below = asFolder(prefix);
  const found: { readonly key: string; readonly file: string }[] = [];
  for await (const { key } of bucket.list(below)) {
    // Consoles keep an empty object with this key to show a folder.
    if (key.endsWith("/")) continue;
    const file = fileBelow(folder, key.slice(below.length));
    if (file === undefined) throw outside(bucket, key, folder);
    found.push({ key, file });
  }
  if (found.length === 0 && !allowEmpty) {
    throw new BucketError(
      "BUCKET_EMPTY",
      bucket.url(below),
      "has no objects. Check the prefix, or pass { allowEmpty: true } where that is fine.",
    );
  }
  await mkdir(folder, { recursive: true });
  await pMap(found, ({ key, file }) => bucket.download(key, file), { concurrency: transfersAtOnce });
  return found.map(({ key }) => key);
}

export async function uploadFolder(
  bucket: Bucket,
  { prefix, folder }: Folders,
  { allowEmpty = false, without = [] }: UploadFolderOptions,
): Promise<readonly string[]> {
  const files = await filesIn(bucket.url(asFolder(prefix)), folder, new Set(without));
  if (files.length === 0 && !allowEmpty) {
    throw new BucketError(
      "BUCKET_EMPTY",
      bucket.url(asFolder(prefix)),
      `gets nothing from ${folder}, which has no files. Check the folder, or pass { allowEmpty: true } where that is fine.`,
    );
  }
  const sent = files.toSorted().map((file) => ({ file, key: keyOf(prefix, relative(folder, file)) }));
  await pMap(sent, ({ file, key }) => bucket.upload(file, key), { concurrency: transfersAtOnce });
  return sent.map(({ key }) => key);
}

/** The file at this moment: it is opened before anything is sent, so a file that is not there costs no request. */
export async function openFile(
  url: string,
  file: string,
): Promise<{ readonly content: Readable; readonly bytes: number }> {
  try {
    const handle = await open(file);
    const { size } = await handle.stat();
    const range = size === 0 ? {} : { end: size - 1 };
    return { content: createReadStream("", { fd: handle, highWaterMark: readBytes, ...range }), bytes: size };
  } catch (error) {
    throw new BucketError("BUCKET_FAILED", url, `could not be written: ${(error as Error).message}`, error);
  }
}

/** Links to files count as files. Links to folders are not followed, since they may go round. */
async function filesIn(url: string, folder: string, without: ReadonlySet<string>): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: Error) => {
    throw new BucketError("BUCKET_FAILED", url, `could not be written: ${error.message}`, error);
  });
  const files = await pMap(
    entries.filter(({ name }) => !without.has(name)),
    async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return await filesIn(url, path, without);
      return entry.isFile() || (entry.isSymbolicLink() && (await stat(path)).isFile()) ? [path] : [];
    },
    { concurrency: transfersAtOnce },
  );
  return files.flat();
}

function keyOf(prefix: string, path: string): string {
  return `${asFolder(prefix)}${path.split(sep).join("/")}`;
}

function outside(bucket: Bucket, key: string, folder: string): BucketError {
  return new BucketError(
    "BUCKET_KEY_INVALID",
    bucket.url(key),
    `has a key that would be written outside of ${folder}. Nothing was downloaded: give it another key, or download it by itself.`,
  );
}
