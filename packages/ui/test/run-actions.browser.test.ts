import { createDeployment, createFlowRunFromDeployment, readFlowRun, setFlowRunState } from "@ostinato/protocol";
import { accessibilityProblems } from "@ostinato/testing/browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFlowNamed, recordTasks, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let flowId: string;

beforeAll(async () => {
  site = await startSite();
  flowId = await createFlowNamed(site.client, "train");
});

afterAll(() => site.close());

test("the state of a run is changed by hand, with a reason that is kept", async () => {
  const run = await startRun(site.client, { flowId, name: "lost-lamb" });
  await run.end("CRASHED", "Its process is gone");
  const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Change the state…" }).click();
  const dialog = page.getByRole("dialog", { name: "Change the state of lost-lamb" });
  await dialog.getByRole("combobox", { name: "New state" }).selectOption({ label: "Completed" });
  expect(await dialog.getByRole("button", { name: "Set to Completed" }).isDisabled()).toBe(true);
  await dialog.getByRole("textbox", { name: "Reason" }).fill("its files are complete");
  expect(await accessibilityProblems(page, "[role=dialog]")).toEqual([]);
  await dialog.getByRole("button", { name: "Set to Completed" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByText("Set by hand on the pages: its files are complete").first().waitFor();
  const row = await site.client.call(readFlowRun, { params: { id: run.id } });
  expect(row.state).toMatchObject({
    type: "COMPLETED",
    name: "Completed",
    message: "Set by hand on the pages: its files are complete",
  });
  expect(problems).toEqual([]);
  await close();
});

test("the state of a task run is changed by hand, and a failed one leads to the retry of its run", async () => {
  const run = await startRun(site.client, { flowId, name: "sad-swan" });
  const [id = ""] = await recordTasks(site.client, run.id, [{ name: "fit", start: 0, took: 1, state: "FAILED" }]);
  await run.end("FAILED");
  const { page, problems, close } = await site.open(`/runs/task-run/${id}`);
  await page.getByRole("link", { name: "Retry its flow run" }).click();
  await page.getByRole("dialog", { name: "Retry sad-swan" }).waitFor();
  await page.goBack();
  await page.getByRole("button", { name: "Change the state" }).click();
  const dialog = page.getByRole("dialog", { name: "Change the state of fit" });
  await dialog.getByRole("textbox", { name: "Reason" }).fill("done by hand");
  await dialog.getByRole("button", { name: "Set to Completed" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByText("Set by hand on the pages: done by hand").first().waitFor();
  expect(problems).toEqual([]);
  await close();
});

test.each([
  { kind: "TypeScript", byPrefect: false, command: 'npx --no ostinato run flows.ts:train -P \'{"month":"2021-01"}\'' },
  { kind: "Python", byPrefect: true, command: 'train(month="2021-01")' },
])("a run of a $kind program is copied to a new one by a command that stands clear of its button", async (given) => {
  const run = await startRun(site.client, { flowId, name: "first-fox", byPrefect: given.byPrefect });
  await run.end("COMPLETED");
  const { page, close } = await site.open(`/runs/flow-run/${run.id}`);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Copy to a new run…" }).click();
  const dialog = page.getByRole("dialog", { name: "Copy first-fox to a new run" });
  await dialog.getByText(given.command, { exact: false }).waitFor();
  expect(await dialog.getByRole("radio", { name: "From where it failed" }).count()).toBe(0);
  const [code, copy] = await Promise.all([
    dialog.locator("pre").boundingBox(),
    dialog.getByRole("button", { name: "Copy the command" }).boundingBox(),
  ]);
  expect((code?.x ?? 0) + (code?.width ?? 0)).toBeLessThanOrEqual(copy?.x ?? 0);
  await close();
});

test("a run of a deployment is copied to a new one by the form, filled in with its parameters", async () => {
  const { id: deployment } = await site.client.call(createDeployment, {
    body: {
      name: "monthly",
      flow_id: flowId,
      parameters: { month: "2020-12" },
      parameter_openapi_schema: { type: "object", properties: { month: { type: "string", title: "Month" } } },
    },
  });
  const { id } = await site.client.call(createFlowRunFromDeployment, {
    params: { id: deployment },
    body: { name: "march-mole", parameters: { month: "2021-03" } },
  });
  const { page, problems, close } = await site.open(`/runs/flow-run/${id}`);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Copy to a new run…" }).click();
  const month = page.getByRole("textbox", { name: "Month" });
  await month.waitFor();
  expect(await month.inputValue()).toBe("2021-03");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.waitForURL((url) => url.pathname.includes("/runs/flow-run/") && !url.pathname.endsWith(id));
  const copy = await site.client.call(readFlowRun, {
    params: { id: new URL(page.url()).pathname.split("/").at(-1) ?? "" },
  });
  expect(copy).toMatchObject({ deployment_id: deployment, parameters: { month: "2021-03" } });
  expect(problems).toEqual([]);
  await close();
});

test("failed runs of deployments are retried together; the others are said to stay", async () => {
  const { id: deployment_id } = await site.client.call(createDeployment, {
    body: { name: "nightly", flow_id: flowId },
  });
  const failed: string[] = [];
  for (const name of ["fail-one", "fail-two"]) {
    const { id } = await site.client.call(createFlowRunFromDeployment, {
      params: { id: deployment_id },
      body: { name },
    });
    const state = { type: "FAILED" as const, message: "no luck" };
    await site.client.call(setFlowRunState, { params: { id }, body: { state, force: true } });
    failed.push(id);
  }
  const alone = await startRun(site.client, { flowId, name: "fail-alone" });
  await alone.end("FAILED");
  const { page, problems, close } = await site.open("/runs?state=FAILED");
  for (const name of ["fail-one", "fail-two", "fail-alone"])
    await page.getByRole("checkbox", { name: `Select ${name}` }).click();
  await page.getByRole("toolbar", { name: "Selected runs" }).getByRole("button", { name: "Retry" }).click();
  const dialog = page.getByRole("dialog", { name: "Retry 2 runs of train" });
  expect(await dialog.textContent()).toContain("1 run of the selection");
  await dialog.getByRole("button", { name: "Retry 2 runs" }).click();
  await dialog.waitFor({ state: "hidden" });
  for (const id of failed) {
    const { state } = await site.client.call(readFlowRun, { params: { id } });
    expect(state).toMatchObject({ type: "SCHEDULED", name: "AwaitingRetry" });
  }
  expect(problems).toEqual([]);
  await close();
});
