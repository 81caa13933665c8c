import { formatTimestamp, systemClock, timeOrderedId } from "@ostinato/core";
import { createEvents, createFlowRun, filterAssets } from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, recordTasks } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

interface Making {
  readonly ends?: "succeeded" | "failed";
  readonly labels?: object;
  readonly upstream?: readonly string[];
  readonly metadata?: Record<string, unknown>;
  /** The task run that made it. */
  readonly taskRunId?: string;
}

describe("the pages of assets", () => {
  let site: Site;
  let flowId: string;
  let runId: string;
  const key = (name: string) => `s3://lake/${name}.parquet`;

  beforeAll(async () => {
    site = await startSite();
    flowId = await createFlowNamed(site.client, "nightly");
    runId = (await site.client.call(createFlowRun, { body: { flow_id: flowId, name: "busy-bee" } })).id;
  });
  afterAll(() => site.close());

  /** Tells of the asset as a program does, and waits until the server knows it. */
  async function make(
    name: string,
    { ends = "succeeded", labels = {}, upstream = [], metadata = {}, taskRunId }: Making = {},
  ) {
    const now = systemClock().now();
    const run = (kind: string, id: string, called: string) => ({
      "prefect.resource.id": `prefect.${kind}.${id}`,
      "prefect.resource.role": kind,
      "prefect.resource.name": called,
    });
    const event = {
      id: timeOrderedId(now),
      occurred: formatTimestamp(now),
      event: `prefect.asset.materialization.${ends}`,
      resource: { "prefect.resource.id": key(name), ...labels },
      related: [
        ...upstream.map((each) => ({ "prefect.resource.id": key(each), "prefect.resource.role": "asset" })),
        ...(taskRunId === undefined ? [] : [run("task-run", taskRunId, "load")]),
        run("flow-run", runId, "busy-bee"),
        run("flow", flowId, "nightly"),
      ],
      payload: metadata,
    };
    await site.client.call(createEvents, { body: [event] });
    const isKnown = async () => {
      const { results } = await site.client.call(filterAssets, { body: { text: key(name) } });
      return results[0]?.last_materialization?.id;
    };
    await expect.poll(isKnown, { timeout: 20_000 }).toBe(event.id);
  }

  const link = (page: Page, name: string) => page.getByRole("main").getByRole("link", { name });

  test("without any, the list says what an asset is; it follows programs, and is narrowed and sorted", async () => {
    const { page, problems, close } = await site.open("/assets");
    await page.getByRole("heading", { name: "No asset yet" }).waitFor();
    const labels = { "prefect.resource.name": "Features", "prefect.asset.owners": '["data-team"]' };
    await make("features", { upstream: ["raw", "users"], labels, metadata: { rows: 1234 } });
    await link(page, key("features")).waitFor();
    await make("model", { upstream: ["features"], ends: "failed" });
    await link(page, key("model")).waitFor();
    await page.getByText("4 assets").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("searchbox", { name: "Filter by key or name" }).fill("Featu");
    await link(page, key("model")).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Clear" }).click();
    await page.getByRole("button", { name: /^State/ }).click();
    await page.getByRole("menuitemcheckbox", { name: "Last failed" }).click();
    await page.getByText("1 asset", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    expect(problems).toEqual([]);
    await close();
  });

  test("an asset shows what it is, its history and its lineage, by which one walks to others", async () => {
    const { page, problems, close } = await site.open(`/asset?key=${encodeURIComponent(key("features"))}`);
    await page.getByRole("heading", { name: "Features", level: 1 }).waitFor();
    await page.getByText("data-team").waitFor();
    const lineage = page.getByRole("region", { name: "Lineage" });
    for (const name of ["raw", "users", "model"]) await lineage.getByRole("link", { name: key(name) }).waitFor();
    await page.getByRole("cell", { name: '{"rows":1234}' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await lineage.getByRole("link", { name: key("model") }).click();
    await page.getByRole("heading", { name: key("model"), level: 1 }).waitFor();
    await page.getByRole("cell", { name: "Failed" }).waitFor();
    await page.getByRole("cell", { name: "busy-bee" }).getByRole("link").click();
    await page.waitForURL(`**/runs/flow-run/${runId}`);
    expect(problems).toEqual([]);
    await close();
  });

  test("a task run shows what it made and what it read", async () => {
    const [taskRunId = ""] = await recordTasks(site.client, runId, [{ name: "load", start: 0, took: 1 }]);
    const now = systemClock().now();
    const reading = {
      id: timeOrderedId(now),
      occurred: formatTimestamp(now),
      event: "prefect.asset.referenced",
      resource: { "prefect.resource.id": key("prices") },
      related: [{ "prefect.resource.id": `prefect.task-run.${taskRunId}`, "prefect.resource.role": "task-run" }],
    };
    await site.client.call(createEvents, { body: [reading] });
    await make("report", { upstream: ["prices"], taskRunId });
    const { page, problems, close } = await site.open(`/runs/task-run/${taskRunId}`);
    const listOf = (title: string) =>
      page.locator("section").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
    await listOf("Assets it made")
      .getByRole("link", { name: key("report") })
      .waitFor();
    await listOf("Assets it read")
      .getByRole("link", { name: key("prices") })
      .click();
    await page.getByRole("heading", { name: key("prices"), level: 1 }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test("a run shows what it made, beside its artifacts", async () => {
    const { page, problems, close } = await site.open(`/runs/flow-run/${runId}?tab=artifacts`);
    await page.getByRole("heading", { name: "Assets it made" }).waitFor();
    await link(page, key("features")).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });
});
