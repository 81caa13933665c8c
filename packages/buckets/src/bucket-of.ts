import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Bucket, BucketObject } from "./bucket.ts";
import { BucketError } from "./bucket-error.ts";
import type { BucketStore } from "./bucket-store.ts";
import { folderPrefix, keyProblem } from "./keys.ts";

export interface BucketPlace {
  /** `s3` or `gs`. */
  readonly scheme: string;
  readonly bucket: string;
  /** All keys are below it; empty for the whole bucket. */
  readonly folder: string;
}

const defaultLinkSeconds = 3600;

/** A bucket with all that can be made of what the vendor's client does. */
export function bucketOf({ scheme, bucket, folder }: BucketPlace, store: BucketStore): Bucket {
  const root = folderPrefix(folder);
  const whole = (key: string) => (root === "" ? key : `${root}/${key}`);
  const url = (key = "") => `${scheme}://${bucket}${root === "" && key === "" ? "" : `/${whole(key)}`}`;
  const own = ({ key, ...others }: BucketObject) => ({
    key: root === "" ? key : key.slice(root.length + 1),
    ...others,
  });

  const tried = async <T>(verb: string, key: string, act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      throw error instanceof BucketError ? error : failed(verb, url(key), store, error);
    }
  };
  const checked = (key: string): string => {
    const problem = keyProblem(key);
    if (problem !== undefined) throw new BucketError("BUCKET_KEY_INVALID", url(), `was given a key that ${problem}.`);
    return whole(key);
  };
  const open = (key: string): Promise<Readable> =>
    tried("read", key, async () => {
      const found = await store.read(checked(key));
      if (found !== undefined) return found.content;
      throw new BucketError(
        "BUCKET_OBJECT_NOT_FOUND",
        url(key),
        "is not there. Check the key: list() tells which there are.",
      );
    });
  const read = async (key: string): Promise<Uint8Array> => {
    const content = await open(key);
    return await tried("read", key, () => buffer(content));
  };

  const made: Bucket = {
    url,
    read,
    readText: async (key) => new TextDecoder().decode(await read(key)),
    async readStream(key) {
      const content = await open(key);
      return Readable.from(
        explained(content, (error) => failed("read", url(key), store, error)),
        { objectMode: false },
      );
    },
    write: (key, content, { contentType } = {}) =>
      tried("written", key, async () => {
        const isText = typeof content === "string";
        const body = isText ? Buffer.from(content) : content;
        await store.write(checked(key), {
          content: body,
          bytes: body instanceof Readable ? undefined : body.byteLength,
          contentType: contentType ?? (isText ? "text/plain; charset=utf-8" : "application/octet-stream"),
        });
      }),
    async *list(prefix = "") {
      const below = root === "" ? prefix : whole(prefix);
      try {
        for await (const object of store.list(below)) yield own(object);
      } catch (error) {
        throw failed("listed", url(prefix), store, error);
      }
    },
    exists: (key) => tried("looked up", key, () => store.exists(checked(key))),
    delete: (key) => tried("deleted", key, () => store.delete(checked(key))),
    link: (key, { expiresInSeconds = defaultLinkSeconds } = {}) =>
      tried("linked", key, () => store.link(checked(key), expiresInSeconds)),
    async download(key, file) {
      const { downloadFile } = await import("./transfer.ts");
      const content = await open(key);
      try {
        await downloadFile(
          explained(content, (error) => failed("read", url(key), store, error)),
          file,
        );
      } finally {
        content.destroy();
      }
    },
    async downloadFolder(prefix, folder, options = {}) {
      const { downloadFolder } = await import("./transfer.ts");
      return await downloadFolder(made, { prefix, folder }, options);
    },
    async upload(file, key, { contentType = "application/octet-stream" } = {}) {
      const { openFile } = await import("./transfer.ts");
      const { content, bytes } = await openFile(url(key), file);
      await tried("written", key, () => store.write(checked(key), { content, bytes, contentType }));
    },
    async uploadFolder(folder, prefix, options = {}) {
      const { uploadFolder } = await import("./transfer.ts");
      return await uploadFolder(made, { prefix, folder }, options);
    },
  };
  return made;
}

function failed(verb: string, url: string, store: BucketStore, error: unknown): BucketError {
  return new BucketError("BUCKET_FAILED", url, `could not be ${verb}: ${store.explain(error)}`, error);
}

/** What breaks off before anyone reads it fails when it is read, and not the program. */
function explained(content: Readable, explain: (error: unknown) => Error): AsyncIterable<unknown> {
  content.on("error", () => {});
  return readExplained(content, explain);
}

async function* readExplained(content: Readable, explain: (error: unknown) => Error): AsyncGenerator<unknown> {
  try {
    yield* content;
  } catch (error) {
    throw explain(error);
  }
}
