import { statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { localResultStore } from "./local-result-store.ts";
import type { ResultStore } from "./result-store.ts";

/** What every result store must do. */
function conformance(open: () => ResultStore): void {
  test("reads what was written, also long and foreign text", async () => {
    const store = open();
    for (const [name, text] of Object.entries({ a1: "", b2: "Zürich ∑ 🛫", "c_-3": "x".repeat(3_000_000) })) {
      expect(await store.read(await store.write(name, text))).toBe(text);
    }
  });

  test("another store over the same place reads it too", async () => {
    const location = await open().write("shared-1", "text");
    expect(await open().read(location)).toBe("text");
  });

  test("the last of several writers under one name wins whole", async () => {
    const texts = ["a".repeat(100_000), "b".repeat(100_000), "c".repeat(100_000)];
    const locations = await Promise.all(texts.map((text) => open().write("race-1", text)));
    expect(new Set(locations).size).toBe(1);
    expect(texts).toContain(await open().read(locations[0] ?? ""));
  });

  test("gives back a long text of characters that take two places, wherever it is cut", async () => {
    for (const text of [`${"😀".repeat(700_000)}`, `x${"😀".repeat(700_000)}`]) {
      expect((await open().read(await open().write("emoji-ab", text))) === text).toBe(true);
    }
  });

  test.each([
    "",
    "local:",
    "local:zz/none",
    "local:../../etc/passwd",
    "local:ab/../../x",
    "s3://bucket/key",
    "/etc/passwd",
  ])("knows nothing of %j", async (location) => {
    expect(await open().read(location)).toBeUndefined();
  });
}

describe("local folder", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ostinato-results-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  conformance(() => localResultStore(folder));
});

test.skipIf(process.platform === "win32")("what it writes is for its owner only", async () => {
  const parent = await mkdtemp(join(tmpdir(), "ostinato-private-"));
  const store = localResultStore(join(parent, "results"));
  await store.write("abcdef", "a result");
  const modes = ["results", "results/ef", "results/ef/abcdef"].map((path) => statSync(join(parent, path)).mode & 0o777);
  await rm(parent, { recursive: true });
  expect(modes).toEqual([0o700, 0o700, 0o600]);
});
