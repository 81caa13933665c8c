import { deepStrictEqual, equal, ok, rejects } from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Bucket } from "@ostinato/buckets";
import type { DeclareTest } from "./result-store.suite.ts";

export interface BucketSuite {
  /** The same bucket with another folder of it in each call; the whole bucket for an empty text. Called in each test, after any `beforeAll`. */
  readonly open: (folder: string) => Bucket | Promise<Bucket>;
  /**
   * What the server that the tests run against does not do, whose tests are left out: it lists no second page, does not give up an object of several
   * parts, or does not say when an object was changed.
   */
  readonly without?: readonly ("pages" | "aborts" | "dates")[];
  /** Makes so many empty objects, `PREFIX/00000` and those after it, where the server can make them quicker than by requests. */
  readonly seed?: (prefix: string, count: number) => Promise<void>;
}

/** Declares the tests that every bucket must pass: `testBucket(test, { open })`. */
export function testBucket(test: DeclareTest, { open, without = [], seed }: BucketSuite): void {
  test("reads what was written: nothing, bytes, other scripts, several parts, a stream", async () => {
    const bucket = await open("contents");
    const large = new Uint8Array(9 * 1024 * 1024 + 1).fill(7);
    const contents = {
      empty: "",
      "bytes.bin": new Uint8Array([0, 255, 10]),
      "ü/中文 и пробел/a+b&c=d%20?.csv": "ok",
      large,
    };
    for (const [key, content] of Object.entries(contents)) {
      await bucket.write(key, content);
      const read = await bucket.read(key);
      ok(Buffer.from(content).equals(read), `the content of ${key} came back changed`);
    }
    await bucket.write("stream", Readable.from([Buffer.from("one "), Buffer.from("two")]));
    equal(await bucket.readText("stream"), "one two");
    equal(await text(await bucket.readStream("stream")), "one two");
  });

  test("replaces an object, and forgets one that is deleted, which may be done twice", async () => {
    const bucket = await open("changes");
    await bucket.write("a", "old and longer");
    await bucket.write("a", "new");
    equal(await bucket.readText("a"), "new");
    deepStrictEqual([await bucket.exists("a"), await bucket.exists("b")], [true, false]);
    await bucket.delete("a");
    await bucket.delete("a");
    equal(await bucket.exists("a"), false);
  });

  test("says of an object that is not there which one, and how to see those that are", async () => {
    const bucket = await open("gone");
    const expected = { name: "BucketError", code: "BUCKET_OBJECT_NOT_FOUND", url: bucket.url("no/such.csv") };
    await rejects(bucket.read("no/such.csv"), expected);
    await rejects(bucket.readStream("no/such.csv"), expected);
    await rejects(bucket.download("no/such.csv", join(tmpdir(), "never")), expected);
    ok(bucket.url("no/such.csv").endsWith("/gone/no/such.csv"));
  });

  test("lists by prefix below its folder alone", async () => {
    const [whole, bucket] = [await open(""), await open("lists/own")];
    await whole.write("lists/own-not/x", "");
    for (const key of ["b/2", "a/1", "b/1"]) await bucket.write(key, key);
    const keys = async (prefix?: string) =>
      (await Array.fromAsync(bucket.list(prefix))).map(({ key }) => key).toSorted();
    deepStrictEqual(await keys(), ["a/1", "b/1", "b/2"]);
    deepStrictEqual(await keys("b/"), ["b/1", "b/2"]);
    deepStrictEqual(await keys("c"), []);
    const [first] = await Array.fromAsync(bucket.list("a"));
    deepStrictEqual([first?.key, first?.bytes], ["a/1", 3]);
    equal(first?.modified instanceof Date, !without.includes("dates"));
  });

  if (seed !== undefined) testTenThousand(test, open, seed);
  else if (!without.includes("pages")) testPages(test, open);
  if (!without.includes("aborts")) testAborts(test, open);
  test("sends and fetches folders, with the folders in them", async () => {
    const bucket = await open("folders");
    await inFolder(async (folder) => {
      const from = join(folder, "from");
      await mkdir(join(from, "deep", "er"), { recursive: true });
      await writeFile(join(from, "a.csv"), "1");
      await writeFile(join(from, "deep", "er", "ü b.csv"), "2");
      deepStrictEqual(await bucket.uploadFolder(from, "raw"), ["raw/a.csv", "raw/deep/er/ü b.csv"]);
      await bucket.write("raw-old/a.csv", "not this");
      const to = join(folder, "to");
      const keys = await bucket.downloadFolder("raw", to);
      deepStrictEqual(keys.toSorted(), ["raw/a.csv", "raw/deep/er/ü b.csv"]);
      equal(await readFile(join(to, "deep", "er", "ü b.csv"), "utf8"), "2");
      deepStrictEqual((await readdir(to)).toSorted(), ["a.csv", "deep"]);
    });
  });

  test("says that there is nothing to send or to fetch, unless that is fine", async () => {
    const bucket = await open("nothing");
    await inFolder(async (folder) => {
      await rejects(bucket.downloadFolder("raw", folder), { code: "BUCKET_EMPTY" });
      await rejects(bucket.uploadFolder(folder, "raw"), { code: "BUCKET_EMPTY" });
      deepStrictEqual(await bucket.downloadFolder("raw", folder, { allowEmpty: true }), []);
      deepStrictEqual(await bucket.uploadFolder(folder, "raw", { allowEmpty: true }), []);
      await rejects(bucket.uploadFolder(join(folder, "none"), "raw"), { code: "BUCKET_FAILED" });
      await rejects(bucket.upload(join(folder, "none"), "raw"), { code: "BUCKET_FAILED" });
    });
  });

  test("refuses keys that name no object", async () => {
    const bucket = await open("keys");
    for (const key of ["", "/a"]) await rejects(bucket.write(key, "x"), { code: "BUCKET_KEY_INVALID" });
  });

  test("leaves no file of half a download", async () => {
    const bucket = await open("downloads");
    await inFolder(async (folder) => {
      await bucket.write("whole", "whole");
      // A folder stands where the file is to be.
      await mkdir(join(folder, "taken", "x"), { recursive: true });
      await rejects(bucket.download("whole", join(folder, "taken")));
      deepStrictEqual(await readdir(folder), ["taken"]);
    });
  });

  test("gives addresses that need no credentials", async () => {
    const bucket = await open("links");
    await bucket.write("shared file.txt", "shared");
    const answer = await fetch(await bucket.link("shared file.txt", { expiresInSeconds: 60 }));
    equal(await answer.text(), "shared");
  });
}

function testTenThousand(test: DeclareTest, open: BucketSuite["open"], seed: NonNullable<BucketSuite["seed"]>): void {
  test("lists 10,000 objects", async () => {
    await seed("ten-thousand", 10_000);
    const listed = await Array.fromAsync((await open("ten-thousand")).list());
    deepStrictEqual([new Set(listed.map(({ key }) => key)).size, listed[9999]?.key], [10_000, "09999"]);
  });
}

function testPages(test: DeclareTest, open: BucketSuite["open"]): void {
  test("lists more objects than one answer of a store holds", async () => {
    const bucket = await open("many");
    const keys = Array.from({ length: 1100 }, (_, index) => `part-${String(index).padStart(5, "0")}`);
    for (let from = 0; from < keys.length; from += 50) {
      await Promise.all(keys.slice(from, from + 50).map((key) => bucket.write(key, "")));
    }
    const listed = await Array.fromAsync(bucket.list());
    deepStrictEqual(listed.map(({ key }) => key).toSorted(), keys);
  });
}

function testAborts(test: DeclareTest, open: BucketSuite["open"]): void {
  test("leaves no object of half an upload", async () => {
    const bucket = await open("halves");
    const broken = Readable.from(
      (async function* () {
        yield Buffer.alloc(9 * 1024 * 1024);
        throw new Error("the source broke");
      })(),
    );
    await rejects(bucket.write("half", broken), { code: "BUCKET_FAILED", message: /the source broke/ });
    equal(await bucket.exists("half"), false);
  });
}

async function inFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "ostinato-bucket-"));
  try {
    await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
