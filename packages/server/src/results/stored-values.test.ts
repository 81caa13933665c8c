import { deflateSync } from "node:zlib";
import { registerBucketBlock } from "@ostinato/buckets";
import { timeOrderedId } from "@ostinato/core";
import type { ResultView } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { memoryBucket } from "@ostinato/testing/memory-bucket";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { registerBlock } from "../../test/block-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { taskRunEvent } from "../../test/task-run-event-harness.ts";

const maxBytes = 2000;
const json = { type: "json" };

/** A record as Prefect's clients write it. */
function record(serializer: object, result: string): Uint8Array {
  return Buffer.from(JSON.stringify({ metadata: { storage_key: "k", serializer }, result }));
}

describeOnEachDatabase("values that a Prefect client has stored", (database) => {
  const memory = memoryBucket();
  const clock = fakeClock();
  const resultBuckets: string[] = [];
  let server: TestServer;
  let lake: string;
  let folder: string;
  beforeAll(async () => {
    server = await startTestServer(database.url, { clock, config: { resultSizeLimitBytes: maxBytes, resultBuckets } });
    registerBucketBlock({
      type: "memory-bucket",
      load: async () => memory.bucket,
      connect: async (values) => {
        if ((values as { readonly password: string }).password !== "hush") throw new Error("the password is wrong");
        return memory.bucket;
      },
    });
    const { save } = await registerBlock(server, { slug: "memory-bucket", secretFields: ["password"] });
    lake = (await save("lake", { password: "hush" })).id;
    folder = (await (await registerBlock(server, { slug: "azure-container" })).save("folder", {})).id;
  });
  afterAll(() => server.stop());
  beforeEach(() => void resultBuckets.splice(0, Number.POSITIVE_INFINITY, "memory://lake"));

  async function resultOf(storage_block_id: string | null, storage_key = "runs/1"): Promise<ResultView> {
    const now = server.context.clock.now();
    const taskRunId = timeOrderedId(now);
    const data = { storage_key, serializer: { type: "json" }, storage_block_id, prefect_version: "3.9.1" };
    const event = taskRunEvent({ taskRunId, flowRunId: null, type: "COMPLETED", occurred: now, data });
    expect((await server.call("POST", "/events", [event])).status).toBe(204);
    const { status, body } = await server.call<ResultView>("GET", `/task_runs/${taskRunId}/result`);
    expect(status).toBe(200);
    return body;
  }

  const python = {
    when: { __class__: "datetime.datetime", data: "2024-01-01T00:00:00" },
    s: { __class__: "builtins.set", data: [1] },
  };
  test.each([
    ["JSON", json, '{"x": [1, 2.5, null], "t": "\\u00fc"}', { x: [1, 2.5, null], t: "ü" }],
    ["JSON with objects of Python", json, JSON.stringify(python), { when: "2024-01-01T00:00:00", s: [1] }],
    [
      "compressed JSON",
      { type: "compressed/json", compressionlib: "zlib", serializer: json },
      `${deflateSync("[1, 2]").toString("base64")}\n`,
      [1, 2],
    ],
  ])("are shown from the bucket of a block: %s", async (_, serializer, text, value) => {
    memory.objects.set("runs/1", record(serializer, text));
    const shown = await resultOf(lake);
    expect(shown).toMatchObject({ preview: { value }, reason: null, persisted: { storage_block_id: lake } });
  });

  test("are shown where what the serializer wrote stands alone, as of flows", async () => {
    memory.objects.set("runs/1", Buffer.from("2.64"));
    expect(await resultOf(lake)).toMatchObject({ preview: { kind: "scalar", value: 2.64 }, reason: null });
  });

  test.each([
    ["pickled", record({ type: "pickle" }, "gAWV"), 'Only Python can read what its serializer "pickle" wrote.'],
    [
      "compressed as only Python does",
      record({ type: "compressed/json", compressionlib: "lzma", serializer: json }, "/Td6"),
      'Only Python can read what it compressed by "lzma".',
    ],
    [
      "larger than it says",
      record({ type: "compressed/json", compressionlib: "zlib" }, deflateSync("1".repeat(9000)).toString("base64")),
      "takes more than 2000 bytes",
    ],
    ["of something else", Buffer.from("id,fare\n"), "not a result as Prefect's clients write it"],
    ["no JSON", record(json, "{"), "not JSON, although its serializer is"],
    ["too large", record(json, JSON.stringify("x".repeat(3000))), "The whole is at memory://lake/runs/1."],
    ["gone", undefined, "memory://lake/runs/1 is not there."],
  ])("have a reason in their place where they are %s", async (_, content, reason) => {
    memory.objects.delete("runs/1");
    if (content !== undefined) memory.objects.set("runs/1", content);
    expect(await resultOf(lake)).toMatchObject({ preview: { kind: "none" }, reason: expect.stringContaining(reason) });
  });

  test("have a reason where their block or the package for it is not there, and where the client has them itself", async () => {
    const reasons = [await resultOf(folder), await resultOf(timeOrderedId(clock.now())), await resultOf(null)];
    expect(reasons.map(({ reason }) => reason)).toEqual([
      'The client that ran it keeps its value in a storage of the type "azure-container", which the server does not read.',
      "The block of its storage has been deleted.",
      "The client that ran it keeps its value in a storage of its own.",
    ]);
  });

  test.each([
    [[], "its bucket"],
    [["memory://lak", "memory://lake/results", "s3://lake"], "memory://lake"],
  ])("are not read where their bucket is not named: %j", async (named, bucket) => {
    memory.objects.set("runs/1", record(json, "1"));
    resultBuckets.splice(0, 1, ...named);
    expect(await resultOf(lake)).toMatchObject({
      preview: { kind: "none" },
      reason: `The value is in a bucket. The server shows it once ${bucket} is named in OSTINATO_SERVER_RESULT_BUCKETS.`,
    });
    for (const all of ["*", "memory://lake/"]) {
      resultBuckets.splice(0, Number.POSITIVE_INFINITY, all);
      expect(await resultOf(lake)).toMatchObject({ preview: { value: 1 }, reason: null });
    }
  });

  test("are not waited for without end, and no fault of a store fails the page", async () => {
    memory.failure = new Error("the credentials are wrong");
    expect((await resultOf(lake)).reason).toBe("memory://lake/runs/1 could not be read: the credentials are wrong");
    memory.failure = undefined;
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    memory.wait = {
      // biome-ignore lint/suspicious/noThenProperty: it stands for a promise, and tells when somebody awaits it
      then: (...each) => {
        asked.resolve();
        return answer.promise.then(...each);
      },
    } as Promise<void>;
    const waiting = resultOf(lake);
    await asked.promise;
    await clock.advance(11);
    expect((await waiting).reason).toBe(
      "memory://lake/runs/1 was not read within 10 s. Check that the server can reach the store.",
    );
    answer.resolve();
  });
});
