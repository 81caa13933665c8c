import { readFileSync } from "node:fs";
import { createDeployment, type DeploymentCreate, readDeploymentSchedules, readFlowRun } from "@ostinato/protocol";
import { accessibilityProblems } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, recordPastRuns } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

const python = JSON.parse(readFileSync(new URL("schemas/python-parameters.json", import.meta.url), "utf8"));

const schema = {
  type: "object",
  required: ["path"],
  properties: {
    path: { type: "string", title: "Path", description: "Where the trips are", pattern: "\\.csv$" },
    depth: { type: "integer", title: "Depth", default: 6, maximum: 12 },
    token: { type: "string", title: "Token", format: "password", writeOnly: true, default: "**********" },
    wait: { type: "string", title: "Wait", format: "duration", default: "PT1H" },
    label: { type: "string", title: "Label" },
  },
};
const recipe = { __prefect_kind: "json", value: '"from the deployment"' };

describe("the form for a run", () => {
  let site: Site;
  let flowId: string;
  beforeAll(async () => {
    site = await startSite();
    flowId = await createFlowNamed(site.client, "train");
  });
  afterAll(() => site.close());

  async function openForm(
    name: string,
    given: Partial<DeploymentCreate>,
    { search = "", ...options }: { readonly search?: string } & Parameters<Site["open"]>[1] = {},
  ) {
    const body = { name, flow_id: flowId, enforce_parameter_schema: true, parameter_openapi_schema: schema, ...given };
    const deployment = await site.client.call(createDeployment, { body });
    const opened = await site.open(`/deployments/${deployment.id}/run${search}`, options);
    const { page } = opened;
    const run = page.getByRole("button", { name: "Run", exact: true });
    const created = async () => {
      await page.waitForURL(/\/runs\/flow-run\//);
      const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
      return await site.client.call(readFlowRun, { params: { id } });
    };
    return { ...opened, id: deployment.id, run, created };
  }

  test("begins with the deployment's parameters and the defaults, and sends what was changed", async () => {
    const parameters = { path: "jan.csv", token: "secret of the deployment", label: recipe };
    const { page, run, created, problems, close } = await openForm("changed", {
      parameters,
      tags: ["taxi"],
      enforce_parameter_schema: false,
    });
    const path = page.getByRole("textbox", { name: "Path" });
    await path.waitFor();
    expect(await path.inputValue()).toBe("jan.csv");
    expect(await page.getByText("Where the trips are").isVisible()).toBe(true);
    expect(await page.getByLabel("Depth").inputValue()).toBe("6");
    expect(await page.getByLabel("Wait").inputValue()).toBe("1h");
    expect(await page.getByRole("textbox", { name: "Label" }).inputValue()).toContain("__prefect_kind");
    await path.fill("feb.csv");
    await page.getByLabel("Wait").fill("1h 30m");
    await page.getByLabel("Run name").fill("by hand");
    await page.getByLabel("Tags").fill("urgent, ad hoc");
    expect(await accessibilityProblems(page)).toEqual([]);
    await run.click();
    const flowRun = await created();
    expect(flowRun.parameters).toEqual({
      path: "feb.csv",
      wait: "PT1H30M",
      token: "secret of the deployment",
      label: "from the deployment",
    });
    expect(flowRun).toMatchObject({ name: "by hand", tags: ["taxi", "urgent", "ad hoc"], state_type: "SCHEDULED" });
    expect(problems).toEqual([]);
    await close();
  });

  test("that nobody has touched is sent, whatever Python writes as a default", async () => {
    const parameters = { path: "jan.csv", home: { name: "Oslo" }, needed: null };
    const { page, run, created, problems, close } = await openForm("untouched", {
      parameters: { ...parameters, needed: 1 },
      parameter_openapi_schema: python,
    });
    await page.getByRole("textbox", { name: "path" }).waitFor();
    await run.click();
    expect((await created()).parameters).toEqual({ ...parameters, needed: 1, must: false });
    expect(problems).toEqual([]);
    await close();
  });

  test("says what is missing at the field, and goes there", async () => {
    const { page, run, created, problems, close } = await openForm("missing", {});
    const path = page.getByRole("textbox", { name: "Path" });
    await run.click();
    await page.getByText("Some parameters are missing or wrong.").waitFor();
    expect(await path.evaluate((field) => field === document.activeElement)).toBe(true);
    const described = await path.getAttribute("aria-describedby");
    expect(await page.locator(`[id="${described}"]`).textContent()).toBe("This field is required.");
    await path.fill("jan.csv");
    await run.click();
    expect((await created()).parameters).toEqual({ path: "jan.csv" });
    expect(problems).toEqual([]);
    await close();
  });

  test("asks the server while somebody types, and shows its refusal at the field", async () => {
    const { page, run, created, problems, close } = await openForm("checked", {});
    const path = page.getByRole("textbox", { name: "Path" });
    await path.fill("jan.parquet");
    await page.keyboard.press("Tab");
    await page.getByText("This does not fit the pattern \\.csv$").waitFor();
    expect(await path.getAttribute("aria-invalid")).toBe("true");
    await run.click();
    await page.getByRole("alert").getByText("Validation failed for field 'path'").waitFor();
    expect(await path.evaluate((field) => field === document.activeElement)).toBe(true);
    await path.fill("jan.csv");
    await page.getByText("This does not fit the pattern").waitFor({ state: "hidden" });
    await run.click();
    expect((await created()).parameters).toEqual({ path: "jan.csv" });
    // The browser logs the answer 409 itself.
    expect(problems.filter((problem) => !problem.includes("409"))).toEqual([]);
    await close();
  });

  test("starts at a time on the clock of a zone", async () => {
    const { page, created, problems, close } = await openForm("later", { parameters: { path: "jan.csv" } });
    await page.getByRole("radio", { name: "At a time" }).click();
    await page.getByLabel("Date and time").fill("2100-07-01T09:00");
    await page.getByLabel("Time zone").fill("Berlin");
    await page.getByText("Choose a time zone").waitFor();
    await page.getByLabel("Time zone").fill("Europe/Berlin");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Schedule the run" }).click();
    const { state } = await created();
    expect(Date.parse(String(state?.state_details.scheduled_time))).toBe(Date.parse("2100-07-01T07:00:00Z"));
    expect(problems).toEqual([]);
    await close();
  });

  test("begins with the parameters of another run, but not with the asterisks of its secrets", async () => {
    const [from] = await recordPastRuns(site.client, [{ flowId, name: "brisk-heron", ago: 60, took: 5 }]);
    const { page, run, created, problems, close } = await openForm(
      "again",
      { parameter_openapi_schema: { type: "object", properties: { month: { type: "string", title: "Month" } } } },
      { search: `?from=${from}`, viewport: { width: 390, height: 800 } },
    );
    await page.getByRole("link", { name: "brisk-heron" }).waitFor();
    expect(await page.getByLabel("Month").inputValue()).toBe("2021-01");
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBe(390);
    await page.getByLabel("Month").fill("2021-02");
    await run.click();
    expect((await created()).parameters).toEqual({ month: "2021-02" });
    expect(problems).toEqual([]);
    await close();
  });

  test("is JSON where the flow has no schema, and begins with what a link says", async () => {
    const { page, run, created, problems, close } = await openForm(
      "plain",
      { parameter_openapi_schema: {}, enforce_parameter_schema: false },
      { search: `?parameters=${encodeURIComponent('{"share": 1.0, "id": 9007199254740993}')}` },
    );
    const text = page.getByRole("textbox", { name: "Parameters, as JSON" });
    await text.waitFor();
    expect(await text.inputValue()).toContain("1.0");
    await run.click();
    const { parameters } = await created();
    expect(JSON.stringify(parameters)).toBe('{"share":1.0,"id":9007199254740993}');
    expect(problems).toEqual([]);
    await close();
  });

  test("asks for nothing where the flow takes no parameters", async () => {
    const none = { title: "Parameters", type: "object", properties: {} };
    const { page, run, created, problems, close } = await openForm("none", { parameter_openapi_schema: none });
    await page.getByText("The flow takes no parameters.").waitFor();
    await run.click();
    expect((await created()).parameters).toEqual({});
    expect(problems).toEqual([]);
    await close();
  });

  test("adds a schedule with these parameters, after a look at its next times", async () => {
    const opened = await openForm("scheduled", { parameters: { path: "jan.csv" } }, { timezoneId: "Asia/Tokyo" });
    const { page, id, problems, close } = opened;
    await page.getByLabel("Depth").fill("7");
    await page.getByRole("button", { name: "Run on a schedule…" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a schedule" });
    const add = dialog.getByRole("button", { name: "Add the schedule" });
    const cron = dialog.getByRole("textbox", { name: "Cron expression" });
    expect(await dialog.getByLabel("Time zone").inputValue()).toBe("Asia/Tokyo");
    await cron.fill("61 * * * *");
    await dialog.getByText("can't be used").first().waitFor();
    expect(await cron.getAttribute("aria-invalid")).toBe("true");
    expect(await add.isDisabled()).toBe(true);
    await cron.fill("30 2 * * *");
    await dialog.getByLabel("Time zone").fill("Europe/Berlin");
    await dialog.getByRole("status").getByText("Europe/Berlin").waitFor();
    const times = dialog.getByRole("table", { name: "The next times" });
    expect(await times.getByRole("row").count()).toBe(11);
    expect(await times.getByRole("columnheader").allTextContents()).toEqual(["Europe/Berlin", "Here (Asia/Tokyo)"]);
    await dialog.getByText("The clock skips 02:30").waitFor();
    await dialog.getByLabel("Name in commands").fill("nightly");
    expect(await accessibilityProblems(page, "[role=dialog]")).toEqual([]);
    await add.click();
    await page.getByText("The schedule has been added.").waitFor();
    const [schedule] = await site.client.call(readDeploymentSchedules, { params: { id } });
    expect(schedule).toMatchObject({
      schedule: { cron: "30 2 * * *", timezone: "Europe/Berlin", day_or: true },
      parameters: { depth: 7 },
      active: true,
      slug: "nightly",
    });
    expect(problems).toEqual([]);
    await close();
  });

  test("adds an interval or a recurrence rule as well, on a narrow screen too", async () => {
    const options = { viewport: { width: 390, height: 800 } };
    const opened = await openForm("other kinds", { parameters: { path: "jan.csv" } }, options);
    const { page, id, problems, close } = opened;
    const dialog = page.getByRole("dialog", { name: "Add a schedule" });
    const add = dialog.getByRole("button", { name: "Add the schedule" });
    await page.getByRole("button", { name: "Run on a schedule…" }).click();
    await dialog.getByRole("radio", { name: "Interval" }).click();
    await dialog.getByRole("textbox", { name: "Every" }).fill("0");
    await dialog.getByText("Write a number above 0.").waitFor();
    await dialog.getByRole("textbox", { name: "Every" }).fill("2");
    await dialog.getByRole("combobox", { name: "Unit" }).selectOption("days");
    await dialog.getByLabel("Counted from").fill("2100-07-01T09:00:00");
    await dialog.getByRole("status").getByText("every 2 days").waitFor();
    expect(await accessibilityProblems(page, "[role=dialog]")).toEqual([]);
    await add.click();
    await page.getByText("The schedule has been added.").waitFor();
    await page.getByRole("button", { name: "Run on a schedule…" }).click();
    await dialog.getByRole("radio", { name: "Recurrence rule" }).click();
    await dialog
      .getByRole("textbox", { name: "Recurrence rule" })
      .fill("RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=6;BYMINUTE=0");
    await dialog.getByRole("status").getByText("Mondays").waitFor();
    await add.click();
    await dialog.waitFor({ state: "hidden" });
    const schedules = await site.client.call(readDeploymentSchedules, { params: { id } });
    const kept = new Map(schedules.map(({ schedule }) => ["rrule" in schedule ? "rrule" : "interval", schedule]));
    expect(kept.get("interval")).toMatchObject({ interval: 172_800, timezone: "UTC" });
    expect(kept.get("rrule")).toEqual({ rrule: "RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=6;BYMINUTE=0", timezone: "UTC" });
    expect(problems).toEqual([]);
    await close();
  });
});
