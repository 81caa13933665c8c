import { statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testResultStore } from "@ostinato/testing/suites/result-store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { localResultStore } from "./local-result-store.ts";

describe("local files", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ostinato-results-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  testResultStore(test, { scheme: "local", root: "", open: () => localResultStore(folder) });

  test.each(["zz/none", "ab/../../x", "bucket/key"])("nothing is read at %j", async (place) => {
    expect(await localResultStore(folder).read(place)).toBeUndefined();
  });
});

test.skipIf(process.platform === "win32")("what it writes is for its owner only", async () => {
  const parent = await mkdtemp(join(tmpdir(), "ostinato-private-"));
  const store = localResultStore(join(parent, "results"));
  await store.write({ root: "", name: "abcdef", text: "a result" });
  const modes = ["results", "results/ef", "results/ef/abcdef"].map((path) => statSync(join(parent, path)).mode & 0o777);
  await rm(parent, { recursive: true });
  expect(modes).toEqual([0o700, 0o700, 0o600]);
});
