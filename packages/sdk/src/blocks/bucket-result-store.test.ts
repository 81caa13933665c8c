import { memoryBucket } from "@ostinato/testing/memory-bucket";
import { testResultStore } from "@ostinato/testing/suites/result-store";
import { beforeEach, describe, expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { currentRun, flow, resumeRun, task } from "../index.ts";
import { defineIntegration } from "../integration.ts";
import { sharedBlock } from "./block.ts";
import { bucketResultStore } from "./bucket-result-store.ts";
import { described } from "./described-values.ts";

const server = recordOnOwnServer();
const memory = memoryBucket();
let opened = 0;

const MemoryBucket = sharedBlock(
  {
    type: "memory-bucket",
    schema: described<{ readonly password: string }>({ properties: { password: { type: "string" } } }),
    secrets: ["password"],
  },
  async () => {
    opened += 1;
    return memory.bucket;
  },
);
defineIntegration({ name: "ostinato-memory", buckets: [MemoryBucket] });

beforeEach(() => {
  memory.objects.clear();
  memory.failure = undefined;
  opened = 0;
});

describe("a store in the bucket of a block", () => {
  const open = () => bucketResultStore({ ...MemoryBucket, load: async () => memory.bucket }).open();
  testResultStore(test, { scheme: "memory-bucket", root: "lake/results", open });
});

let calls = 0;
const count = task(async function count() {
  calls += 1;
  return calls;
});

test.each([
  ["its type and name", "memory-bucket/lake", /^[\w-]+$/],
  ["a folder of it", "memory-bucket/lake/of/runs", /^of\/runs\/[\w-]+$/],
  ["what named() gives", MemoryBucket.named("lake"), /^[\w-]+$/],
])("results go to the bucket of a block by %s, and come back from there", async (_, resultStorage, key) => {
  await MemoryBucket.save("lake", { password: "hush" }, { overwrite: true });
  calls = 0;
  const counting = flow({ name: "counting", resultStorage }, async () => {
    const first = await count();
    if (currentRun().attempt === 1) throw new Error("once more");
    return first;
  });
  const failing = counting();
  await expect(failing).rejects.toThrow("once more");
  expect([...memory.objects.keys()]).toEqual([expect.stringMatching(key)]);
  expect(await resumeRun(await failing.created, counting)).toBe(1);
  expect(calls).toBe(1);
});

test.each([
  ["memory-bucket", 'give a block by its name, and a folder where you want one, as "memory-bucket/lake"'],
  ["memory-bucket/..", "give a block by its name"],
  ["gcs-bucket/lake", 'no result store with the scheme "gcs-bucket". Import the package that brings it'],
])("%j fails the run before it computes anything", async (resultStorage, message) => {
  calls = 0;
  await expect(flow({ name: "astray", resultStorage }, async () => await count())()).rejects.toThrow(message);
  expect(calls).toBe(0);
});

test("a block that is not there costs the results and not the run, and its credentials are read anew after an error", async () => {
  const counting = flow({ name: "unkept", resultStorage: "memory-bucket/none" }, async () => await count());
  const run = counting();
  await run;
  expect(await server.logs(await run.created)).toContain(
    'the result could not be kept: There is no block "memory-bucket/none" on the server. Save it before, or check its name.; when the flow runs again, so does this task',
  );
  await MemoryBucket.save("changing", { password: "old" });
  memory.failure = new Error("the credentials are wrong");
  await counting.with({ resultStorage: "memory-bucket/changing" })();
  memory.failure = undefined;
  opened = 0;
  await counting.with({ resultStorage: "memory-bucket/changing" })();
  expect([opened, memory.objects.size]).toEqual([1, 1]);
});
