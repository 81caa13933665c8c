import { previewOf } from "@ostinato/core";
import {
  createArtifact,
  createFlowRun,
  createFlowRunInput,
  readFlowRunInput,
  setFlowRunState,
} from "@ostinato/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFlowNamed, recordTasks, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let flowId: string;

beforeAll(async () => {
  site = await startSite();
  flowId = await createFlowNamed(site.client, "exact");
});

afterAll(() => site.close());

const parameters = '{"customer":9007199254740993,"share":1.0,"ids":[12345678901234567890]}';

async function runWith(given: string, labels: Readonly<Record<string, string>> = {}): Promise<string> {
  const encodedBody = `{"flow_id":"${flowId}","state":{"type":"PENDING"},"parameters":${given},"labels":${JSON.stringify(labels)}}`;
  const { id } = await site.client.call(createFlowRun, { encodedBody });
  const state = { type: "COMPLETED" as const };
  await site.client.call(setFlowRunState, { params: { id }, body: { state, force: true } });
  return id;
}

test.each([
  {
    program: "TypeScript",
    labels: { "ostinato.entrypoint": "flows/exact.ts" },
    given: `-P '${parameters}'`,
    other: `-P '{"customer":9007199254740995}'`,
  },
  {
    program: "Python",
    labels: {},
    given: "exact(customer=9007199254740993, share=1.0, ids=[12345678901234567890])",
    other: "exact(customer=9007199254740995)",
  },
])("parameters are shown, copied and run again in $program with all their digits", async ({ labels, given, other }) => {
  const id = await runWith(parameters, labels);
  const { page, problems, close } = await site.open(`/runs/flow-run/${id}?tab=parameters`, {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await page.getByText("9007199254740993", { exact: true }).waitFor();
  await page.getByText("12345678901234567890", { exact: true }).waitFor();
  await page.getByText("1.0", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Copy all parameters as JSON" }).click();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(copied).toContain('"customer": 9007199254740993,\n  "share": 1.0,');
  await page.getByRole("button", { name: "Retry" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(given, { exact: false }).waitFor();
  await dialog.getByRole("radio", { name: "With other parameters" }).click();
  const field = dialog.getByRole("textbox", { name: "Parameters, as JSON" });
  expect(await field.inputValue()).toContain('"customer": 9007199254740993');
  await field.fill('{"customer": 9007199254740995}');
  await dialog.getByText(other, { exact: false }).waitFor();
  expect(problems).toEqual([]);
  await close();
});

test("a change of the last digit is a change", async () => {
  await runWith('{"customer":9007199254740992}');
  const { page, close } = await site.open(
    `/runs/flow-run/${await runWith('{"customer":9007199254740993}')}?tab=parameters`,
  );
  await page.getByText("1 changed against").waitFor();
  await page.getByText("9007199254740992", { exact: true }).waitFor();
  await close();
});

test("what a form asks for is sent as it was typed", async () => {
  const run = await startRun(site.client, { flowId, name: "asking" });
  const schema = {
    type: "object",
    required: ["customer"],
    properties: { customer: { type: "integer" }, share: { type: "number", maximum: 1 } },
  };
  const body = { key: "schema", value: JSON.stringify(schema) };
  await site.client.call(createFlowRunInput, { params: { id: run.id }, body });
  const keyset = { schema: "schema", response: "response", description: "description" };
  const state = { type: "PAUSED" as const, state_details: { pause_key: "1", run_input_keyset: keyset } };
  await site.client.call(setFlowRunState, { params: { id: run.id }, body: { state, force: true } });
  const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
  const box = page.getByRole("region", { name: "What it waits for" });
  await box.getByRole("textbox", { name: "Customer" }).fill("9007199254740993");
  await box.getByRole("textbox", { name: "Share" }).fill("1.0");
  await box.getByRole("button", { name: "Answer and resume" }).click();
  await box.waitFor({ state: "hidden" });
  const kept = await site.client.call(readFlowRunInput, { params: { id: run.id, key: "response" } });
  expect(kept).toBe('{"customer":9007199254740993,"share":1.0}');
  expect(problems).toEqual([]);
  await close();
});

test("tables, previews and progress of artifacts and results", async () => {
  const table = await site.client.call(createArtifact, {
    encodedBody: '{"key":"orders","type":"table","data":"[{\\"id\\": 9007199254740993, \\"share\\": 1.0}]"}',
  });
  const opened = await site.open(`/artifacts/artifact/${table.id}`);
  await opened.page.getByRole("cell", { name: "9007199254740993" }).waitFor();
  await opened.page.getByRole("cell", { name: "1.0" }).waitFor();
  await opened.close();
  const half = await site.client.call(createArtifact, { encodedBody: '{"key":"half","type":"progress","data":50.0}' });
  const progress = await site.open(`/artifacts/artifact/${half.id}`);
  await progress.page.getByRole("progressbar").waitFor();
  expect(await progress.page.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("50");
  await progress.close();
});

test("arguments and results of a task run", async () => {
  const run = await startRun(site.client, { flowId, name: "told" });
  const preview = { kind: "scalar", size_bytes: null, truncated: false, value: 9007199254740993n };
  const rows = {
    kind: "table",
    size_bytes: null,
    truncated: false,
    value: { columns: ["id"], rows: [[2n ** 70n]], row_count: 1 },
  };
  const result = { format: "devalue", data: "[1]", preview: rows };
  const values = { inputs: [{ name: "id", preview }], result };
  const [id = ""] = await recordTasks(site.client, run.id, [{ name: "load-0", start: 0, took: 1, values }]);
  const { page, problems, close } = await site.open(`/runs/task-run/${id}`);
  await page.getByText("9007199254740993", { exact: true }).waitFor();
  await page.getByRole("cell", { name: "1180591620717411303424" }).waitFor();
  expect(problems).toEqual([]);
  await close();
});

test("a table that is kept elsewhere is shown by its first rows, with the types of its columns and its place", async () => {
  const run = await startRun(site.client, { flowId, name: "kept" });
  const preview = previewOf({
    tableUrl: "s3://lake/checkpoints/clean trips-71c6eec3a6678e7d.parquet",
    key: "checkpoints/clean trips-71c6eec3a6678e7d.parquet",
    rows: 2_964_624,
    bytes: 49_961_641,
    columns: [
      { name: "pickup", type: "TIMESTAMP WITH TIME ZONE" },
      { name: "fare", type: "DECIMAL(10,2)" },
      { name: "stops", type: "STRUCT(area BIGINT, legs STRUCT(area BIGINT)[])[]" },
    ],
    head: [
      ["2024-01-01T00:57:55Z", "17.70", [{ area: 186, legs: [] }]],
      ["2024-01-01T00:03:00Z", "10.00", null],
    ],
  });
  const values = { result: { format: "devalue", data: "[1]", preview } };
  const [id = ""] = await recordTasks(site.client, run.id, [{ name: "clean-0", start: 0, took: 1, values }]);
  const { page, problems, close } = await site.open(`/runs/task-run/${id}`);
  await page.getByRole("columnheader", { name: "fare DECIMAL(10,2)" }).waitFor();
  await page.getByRole("cell", { name: "17.70" }).waitFor();
  await page.getByText("2,964,624 rows × 3 columns, the first 2 shown").waitFor();
  await page.getByText("Kept at s3://lake/checkpoints/clean trips-71c6eec3a6678e7d.parquet").waitFor();
  expect(problems).toEqual([]);
  await close();
});
