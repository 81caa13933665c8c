import { registerBucketBlock } from "@ostinato/buckets";
import { randomId } from "@ostinato/core";
import { createBlockDocument, createBlockSchema, createBlockType } from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { memoryBucket } from "@ostinato/testing/memory-bucket";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFlowNamed, leaveArtifact, recordTasks, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let id: string;
let storageBlock: string;
const [load, outer, inner, stored] = [randomId(), randomId(), randomId(), randomId()];

beforeAll(async () => {
  site = await startSite({ environment: { OSTINATO_SERVER_RESULT_BUCKETS: "memory://lake" } });
  const flowId = await createFlowNamed(site.client, "train-model");
  const run = await startRun(site.client, { flowId, name: "python-run", byPrefect: true });
  id = run.id;
  const persisted = {
    storage_key: "/data/results/6f1",
    serializer: { type: "pickle" },
    expiration: new Date(Date.now() + 3_600_000).toISOString(),
    storage_block_id: null,
  };
  await recordTasks(site.client, id, [
    { id: load, name: "load-0", start: 0, took: 1, data: persisted },
    { id: outer, name: "outer-0", start: 1, took: 3, parents: [load] },
    { id: inner, name: "inner-0", start: 2, took: 1, within: outer, parents: [load] },
    { id: stored, name: "stored-0", start: 2, took: 1, data: await storedValue() },
  ]);
  await leaveArtifact(site.client, {
    key: "report",
    type: "table",
    data: JSON.stringify([{ model: "linear", details: "[report](http://127.0.0.1:9/report)" }]),
    description: "The **errors** of the month",
    flowRunId: id,
  });
  await run.end("FAILED", "Flow run encountered an exception: ValueError: no rows");
});

afterAll(() => site.close());

/** The data of a state whose value is in the bucket of a block. */
async function storedValue(): Promise<object> {
  const { bucket } = memoryBucket();
  registerBucketBlock({ type: "memory-bucket", load: async () => bucket, connect: async () => bucket });
  const serializer = { type: "json" };
  await bucket.write("results/1", JSON.stringify({ metadata: { serializer }, result: '{"fares": [7.5, 12]}' }));
  const { client } = site;
  const type = await client.call(createBlockType, { body: { name: "Memory Bucket", slug: "memory-bucket" } });
  const fields = { title: "MemoryBucket", type: "object", properties: {}, block_type_slug: "memory-bucket" };
  const schema = await client.call(createBlockSchema, { body: { block_type_id: type.id, fields } });
  const ids = { block_type_id: type.id, block_schema_id: schema.id };
  const { id } = await client.call(createBlockDocument, { body: { name: "lake", data: {}, ...ids } });
  storageBlock = id;
  return { storage_key: "results/1", serializer, storage_block_id: id };
}

const item = (page: Page, name: RegExp) => page.getByRole("tree").getByRole("treeitem", { name });

test("a task run that another one called stands within it, in timeline and graph", async () => {
  const { page, problems, close } = await site.open(`/runs/flow-run/${id}`);
  await item(page, /inner-0/).waitFor();
  expect(await item(page, /outer-0/).getAttribute("aria-level")).toBe("1");
  expect(await item(page, /inner-0/).getAttribute("aria-level")).toBe("2");
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.goto(`${site.origin}/runs/flow-run/${id}?view=graph`);
  const graph = page.getByRole("list", { name: "Task runs and their dependencies" });
  const frame = await graph.getByRole("button", { name: /outer-0/ }).boundingBox();
  const box = await graph.getByRole("button", { name: /inner-0/ }).boundingBox();
  if (frame === null || box === null) throw new Error("the graph is not drawn");
  expect(box.x).toBeGreaterThan(frame.x);
  expect(box.y).toBeGreaterThan(frame.y);
  expect(box.x + box.width).toBeLessThan(frame.x + frame.width);
  expect(box.y + box.height).toBeLessThan(frame.y + frame.height);
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(problems).toEqual([]);
  await close();
});

test("arguments say where they come from, and who called", async () => {
  const { page, close } = await site.open(`/runs/task-run/${inner}`);
  const inputs = page.locator("section", { has: page.getByRole("heading", { name: "Inputs" }) });
  await inputs
    .getByText(/^input/)
    .first()
    .waitFor();
  expect(await inputs.getByRole("link").allTextContents()).toEqual([
    expect.stringMatching(/load-0$/),
    expect.stringMatching(/outer-0$/),
  ]);
  expect(await inputs.textContent()).toContain("Called in");
  await close();
});

test("a persisted result tells its key, serializer and expiry, and its value where the server reads it from a bucket, in the run and on the page of its task", async () => {
  const { page, close } = await site.open(`/runs/flow-run/${id}?tab=result`);
  const results = page.getByRole("region", { name: "Results of tasks" });
  await results.getByRole("button", { name: /load-0/ }).click();
  for (const told of ["/data/results/6f1", "pickle", "Expires"]) await results.getByText(told).first().waitFor();
  await results.getByRole("button", { name: /stored-0/ }).click();
  await results.getByText("fares").waitFor();
  await page.goto(`${site.origin}/runs/task-run/${load}`);
  for (const told of ["/data/results/6f1", "pickle", "Expires"]) await page.getByText(told).first().waitFor();
  await page.goto(`${site.origin}/runs/task-run/${stored}`);
  await page.getByText("fares").waitFor();
  await page.getByRole("link", { name: storageBlock }).click();
  await page.getByRole("heading", { name: "lake" }).waitFor();
  await close();
});

test("an artifact has its description, and links in its cells", async () => {
  const { page, close } = await site.open(`/runs/flow-run/${id}?tab=artifacts`);
  const description = page.getByRole("note", { name: "Description" });
  await description.getByText("errors").waitFor();
  expect(await description.locator("strong").textContent()).toBe("errors");
  expect(await page.getByRole("link", { name: "report" }).last().getAttribute("href")).toBe(
    "http://127.0.0.1:9/report",
  );
  expect(await accessibilityProblems(page)).toEqual([]);
  await close();
});

test("it is run again by Prefect's own command, or as the function that it is", async () => {
  const { page, close } = await site.open(`/runs/flow-run/${id}`);
  await page.getByRole("button", { name: "Retry" }).click();
  const dialog = page.getByRole("dialog", { name: "Retry python-run" });
  await dialog.getByText(`prefect flow-run retry ${id} --entrypoint your_flows.py:train_model`).waitFor();
  await dialog.getByRole("radio", { name: "From the start" }).click();
  await dialog.getByText(`from your_flows import train_model; train_model(month="2021-01")`).waitFor();
  expect(await accessibilityProblems(page, "[role=dialog]")).toEqual([]);
  await close();
});

test("a run that is not there says so, and where to go", async () => {
  const { page, close } = await site.open(`/runs/flow-run/${randomId()}`);
  await page.getByText("does not exist.").waitFor();
  expect(await page.getByText("has not told the server about it yet").isVisible()).toBe(true);
  await page.getByRole("link", { name: "All runs" }).click();
  await page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
  await close();
});
