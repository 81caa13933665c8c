import {
  createDeployment,
  createFlowRunFromDeployment,
  type DeploymentCreate,
  pauseDeployment,
  readDeployment,
  type StateCreate,
  scheduledRunsOfDeployments,
  setFlowRunState,
} from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed } from "./fixtures.ts";
import { openSearch } from "./search.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let train: string;
let nightly: string;

const schema = {
  type: "object",
  properties: {
    month: { type: "string", title: "month", description: "The month to train on" },
    depth: { type: "integer", title: "depth", default: 4 },
  },
  required: ["month"],
};

beforeAll(async () => {
  site = await startSite();
  train = await createFlowNamed(site.client, "train");
  const ingest = await createFlowNamed(site.client, "ingest");
  nightly = await deploy({
    name: "nightly",
    flow_id: train,
    tags: ["ml"],
    schedules: [{ schedule: { cron: "0 6 * * 1-5", timezone: "Europe/Berlin" } }],
    parameters: { month: "2021-01" },
    parameter_openapi_schema: schema,
    entrypoint: "flows/train.py:train",
  });
  await deploy({ name: "by-hand", flow_id: train });
  await deploy({ name: "hourly", flow_id: ingest, schedules: [{ schedule: { interval: 3600 } }] });
});

afterAll(() => site.close());

async function deploy(body: DeploymentCreate): Promise<string> {
  return (await site.client.call(createDeployment, { body })).id;
}

const read = (id: string) => site.client.call(readDeployment, { params: { id } });
const row = (page: Page, name: string) =>
  page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
const address = (page: Page) => new URL(page.url()).searchParams;

describe("the list of deployments", () => {
  test("says when each runs, what comes next and that nobody serves it", async () => {
    const { page, problems, close } = await site.open("/deployments");
    await row(page, "nightly").getByText("06:00 (Europe/Berlin)").waitFor();
    await row(page, "hourly").getByText("every hour").waitFor();
    await row(page, "by-hand").getByText("no schedule").waitFor();
    await row(page, "nightly").getByText("nobody has served it yet").waitFor();
    await page.getByText("3 deployments", { exact: true }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  test("is narrowed by name, flow, tag and state, and the address holds it", async () => {
    const { page, close } = await site.open("/deployments");
    await page.getByRole("searchbox", { name: "Filter by name" }).fill("INGEST");
    await row(page, "nightly").waitFor({ state: "detached" });
    await row(page, "hourly").waitFor();
    expect(address(page).get("q")).toBe("INGEST");
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByRole("button", { name: "Flow", exact: true }).click();
    const ofTrain = page.getByRole("menuitemcheckbox", { name: "train" });
    await expect.poll(() => ofTrain.getAttribute("aria-description")).toBe("2 deployments");
    await ofTrain.click();
    await page.keyboard.press("Escape");
    await row(page, "hourly").waitFor({ state: "detached" });
    expect(address(page).get("flow")).toBe(train);
    await page.goto(`${site.origin}/deployments?tag=ml&state=not-ready`);
    await page.getByText("1 deployment", { exact: true }).waitFor();
    await page.goto(`${site.origin}/deployments?state=paused`);
    await page.getByRole("heading", { name: "No deployment matches" }).waitFor();
    await close();
  });

  test("pauses by a switch, and follows what others do", async () => {
    const { page, problems, close } = await site.open("/deployments");
    const hourly = row(page, "hourly").getByRole("switch");
    await hourly.click();
    await expect.poll(() => hourly.getAttribute("aria-checked")).toBe("false");
    await row(page, "hourly").getByText("paused", { exact: true }).waitFor();
    await hourly.click();
    await expect.poll(() => hourly.getAttribute("aria-checked")).toBe("true");
    await site.client.call(pauseDeployment, { params: { id: nightly } });
    await expect.poll(() => row(page, "nightly").getByRole("switch").getAttribute("aria-checked")).toBe("false");
    await row(page, "nightly").getByRole("switch").click();
    await expect.poll(async () => (await read(nightly)).paused).toBe(false);
    expect(problems).toEqual([]);
    await close();
  });

  test("holds still while somebody reads, then shows what arrived, and what is deleted no more", async () => {
    const { page, close } = await site.open("/deployments");
    await row(page, "nightly").hover();
    const top = (await row(page, "nightly").boundingBox())?.y;
    await deploy({ name: "brand-new", flow_id: train });
    const arrived = page.getByRole("button", { name: "1 new" });
    await arrived.waitFor();
    expect((await row(page, "nightly").boundingBox())?.y).toBe(top);
    await arrived.click();
    await row(page, "brand-new").getByRole("button", { name: "Actions on brand-new" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await page.getByRole("dialog", { name: "Delete brand-new" }).getByRole("button", { name: "Delete the" }).click();
    await row(page, "brand-new").waitFor({ state: "detached" });
    await page.getByText("3 deployments", { exact: true }).waitFor();
    await close();
  });

  test("acts on several that are selected by keyboard", async () => {
    const { page, close } = await site.open("/deployments");
    await row(page, "hourly").getByRole("link", { name: "hourly" }).focus();
    await page.keyboard.press("x");
    await page.keyboard.press("j");
    await page.keyboard.press("Shift+x");
    const bar = page.getByRole("toolbar", { name: "Selected deployments" });
    await bar.getByText("2 deployments").waitFor();
    await bar.getByRole("button", { name: "Pause" }).click();
    const dialog = page.getByRole("dialog", { name: "Pause 2 deployments of 2 flows" });
    await dialog.getByRole("button", { name: "Pause 2 deployments" }).click();
    // While the dialog is open, the bar has no role.
    await dialog.waitFor({ state: "detached" });
    await bar.waitFor({ state: "detached" });
    await page.goto(`${site.origin}/deployments?state=paused`);
    await page.getByText("2 deployments", { exact: true }).waitFor();
    await page.getByRole("checkbox", { name: "Select all deployments that are loaded" }).check();
    await bar.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Resume 2 deployments" }).click();
    await page.getByRole("heading", { name: "No deployment matches" }).waitFor();
    await close();
  });

  test("fits a phone", async () => {
    const { page, close } = await site.open("/deployments", { viewport: { width: 390, height: 800 } });
    await row(page, "nightly").getByRole("switch").waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await accessibilityProblems(page)).toEqual([]);
    await close();
  });
});

describe("a deployment", () => {
  test("runs at once, and the run knows its deployment", async () => {
    const { page, problems, close } = await site.open(`/deployments/${nightly}`);
    await page.getByText("Nobody serves it.").waitFor();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.waitForURL(/\/runs\/flow-run\//);
    await page.getByText("somebody, from these pages").waitFor();
    await page.getByRole("link", { name: "nightly" }).first().click();
    await page.waitForURL(new RegExp(`/deployments/${nightly}$`));
    await page.getByRole("heading", { name: "nightly" }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test("asks in the form for what a run needs and the deployment does not say", async () => {
    const monthly = await deploy({ name: "monthly", flow_id: train, parameter_openapi_schema: schema });
    const { page, close } = await site.open(`/deployments/${monthly}`);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.waitForURL(new RegExp(`/deployments/${monthly}/run$`));
    await page.getByLabel("month").fill("2021-02");
    await close();
  });

  test("is also at Prefect's address", async () => {
    const { page, close } = await site.open(`/deployments/deployment/${nightly}?tab=call`);
    await page.getByRole("heading", { name: "nightly" }).waitFor();
    expect(page.url()).toBe(`${site.origin}/deployments/${nightly}?tab=call`);
    await page.getByText('await runDeployment("train/nightly"').waitFor();
    await page.getByRole("radio", { name: "Command line" }).click();
    await page.getByText("npx ostinato deployment run train/nightly -p month=2021-01 --watch").waitFor();
    await close();
  });

  test("shows its schedules with their next ten times by two clocks, and switches one off", async () => {
    const { page, close } = await site.open(`/deployments/${nightly}?tab=schedules`, { timezoneId: "Asia/Tokyo" });
    const schedule = page.getByRole("region", { name: /06:00 \(Europe\/Berlin\)/ });
    await expect.poll(() => schedule.getByRole("row").count()).toBe(11);
    await schedule.getByRole("columnheader", { name: "Europe/Berlin" }).waitFor();
    await schedule.getByRole("columnheader", { name: "Yours, Asia/Tokyo" }).waitFor();
    await schedule.getByRole("switch").click();
    await expect.poll(async () => (await read(nightly)).schedules[0]?.active).toBe(false);
    await schedule.getByRole("switch").click();
    await expect.poll(async () => (await read(nightly)).schedules[0]?.active).toBe(true);
    expect(await accessibilityProblems(page)).toEqual([]);
    await close();
  });

  test("shows what its parameters are and what the flow takes", async () => {
    const { page, close } = await site.open(`/deployments/${nightly}?tab=parameters`);
    await page.getByText('"2021-01"').waitFor();
    await page.getByRole("cell", { name: "The month to train on" }).waitFor();
    await close();
  });

  test("is changed in its configuration, and its history says what changed", async () => {
    const { page, close } = await site.open(`/deployments/${nightly}?tab=configuration`);
    await page.getByText("any number of runs").waitFor();
    await page.getByRole("button", { name: "Edit" }).click();
    const dialog = page.getByRole("dialog", { name: "Configuration of nightly" });
    await dialog.getByLabel("Description (Markdown)").fill("Trains **churn**");
    await dialog.getByLabel("Runs at once").fill("2");
    await dialog.getByLabel("A run whose process died").selectOption("restart");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("at most 2 runs; a further one waits").waitFor();
    await page.getByText("a run starts again after its last finished task, at most 3 times").waitFor();
    await page.locator("strong", { hasText: "churn" }).waitFor();
    await page.getByRole("tab", { name: "History" }).click();
    const [newest] = await page.getByRole("list", { name: "Changes" }).getByRole("listitem").all();
    await newest?.getByText(/changed .*description.*concurrency limit/).waitFor();
    await newest?.getByText('"description": "Trains **churn**",').waitFor();
    await close();
  });

  test("says where what was typed is no JSON", async () => {
    const { page, close } = await site.open(`/deployments/${nightly}?tab=configuration`);
    await page.getByRole("button", { name: "Edit" }).click();
    const dialog = page.getByRole("dialog", { name: "Configuration of nightly" });
    await dialog.getByLabel("Job variables (JSON)").fill("[1]");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByRole("alert").getByText("The job variables are not an object").waitFor();
    await close();
  });

  test("is duplicated under another name, and the copy begins paused", async () => {
    const { page, close } = await site.open(`/deployments/${nightly}`);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Duplicate…" }).click();
    const dialog = page.getByRole("dialog", { name: "Duplicate nightly" });
    await dialog.getByLabel("Name").fill("weekly");
    await dialog.getByRole("button", { name: "Duplicate" }).click();
    await page.getByRole("heading", { name: "weekly" }).waitFor();
    await page.getByText("This deployment is paused: its schedules make no runs.").waitFor();
    const copy = await read(page.url().split("/").at(-1) ?? "");
    expect(copy).toMatchObject({ paused: true, tags: ["ml"], parameters: { month: "2021-01" }, schedules: [{}] });
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete the deployment" }).click();
    await page.waitForURL(`${site.origin}/deployments`);
    await row(page, "weekly").waitFor({ state: "detached" });
    await close();
  });

  test("that does not exist says so", async () => {
    const { page, close } = await site.open("/deployments/01a2213a-cd0f-7000-a9b6-8285e5e3b166");
    await page.getByText("The deployment does not exist.").waitFor();
    await close();
  });

  test.each(["light", "dark"] as const)("fits a phone in all of its tabs (%s)", async (colorScheme) => {
    const { page, close } = await site.open(`/deployments/${nightly}`, {
      viewport: { width: 390, height: 800 },
      colorScheme,
    });
    for (const tab of ["Runs", "Upcoming", "Schedules", "Parameters", "Configuration", "History", "Call it"]) {
      await page.getByRole("tab", { name: tab }).click();
      await page.getByRole("tabpanel", { name: tab }).locator(":visible").first().waitFor();
      expect([tab, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([tab, 390]);
      expect([tab, await accessibilityProblems(page)]).toEqual([tab, []]);
    }
    await close();
  });
});

describe("around deployments", () => {
  test("a run says that nobody serves its deployment, until somebody does", async () => {
    const id = await deploy({ name: "unserved", flow_id: train });
    const run = await site.client.call(createFlowRunFromDeployment, { params: { id }, body: {} });
    const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
    const box = page.getByRole("region", { name: "What it waits for" });
    await box.getByText("Nobody has served its deployment yet.").waitFor();
    await page.getByRole("link", { name: "unserved" }).waitFor();
    await site.client.call(scheduledRunsOfDeployments, { body: { deployment_ids: [id] } });
    await box.getByText("Nobody has served its deployment yet.").waitFor({ state: "detached" });
    expect(problems).toEqual([]);
    await close();
  });

  test("a run that ended leads to a form with its parameters, and is retried", async () => {
    const { id } = await site.client.call(createFlowRunFromDeployment, { params: { id: nightly }, body: {} });
    const move = (state: StateCreate) =>
      site.client.call(setFlowRunState, { params: { id }, body: { state, force: true } });
    await move({ type: "RUNNING" });
    await move({ type: "FAILED", message: "no rows" });
    const { page, close } = await site.open(`/runs/flow-run/${id}`);
    await page.getByRole("link", { name: "Run again" }).click();
    await page.waitForURL(`${site.origin}/deployments/${nightly}/run?from=${id}`);
    await page.goBack();
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Retry" }).click();
    await page.getByText("Awaiting retry").first().waitFor();
    await close();
  });

  test("the dashboard says what comes next", async () => {
    const { page, close } = await site.open("/dashboard");
    const next = page.locator("section").filter({ has: page.getByRole("heading", { name: "Coming next" }) });
    await next.getByRole("link", { name: "hourly" }).first().click();
    await page.getByRole("heading", { name: "hourly" }).waitFor();
    await close();
  });

  test("the search finds one, runs it and pauses it", async () => {
    const { page, close } = await site.open("/dashboard");
    await page.getByRole("button", { name: /^Search/ }).click();
    await page.getByRole("combobox").fill("nightl");
    await page.getByRole("option", { name: /^nightly/ }).waitFor();
    await page.getByRole("combobox").fill("pause nightly");
    await page.getByRole("option", { name: /^Pause nightly/ }).click();
    await page.getByRole("heading", { name: "nightly" }).waitFor();
    await expect.poll(async () => (await read(nightly)).paused).toBe(true);
    await (await openSearch(page)).fill("resume nightly");
    await page.getByRole("option", { name: /^Resume nightly/ }).click();
    await expect.poll(async () => (await read(nightly)).paused).toBe(false);
    await (await openSearch(page)).fill("run nightly");
    await page.getByRole("option", { name: /^Run nightly/ }).click();
    await page.waitForURL(/\/runs\/flow-run\//);
    await close();
  });

  test("a flow lists its own, and the list of runs is narrowed by one", async () => {
    const { page, close } = await site.open(`/flows/flow/${train}?tab=deployments`);
    await row(page, "nightly").waitFor();
    expect(await row(page, "hourly").count()).toBe(0);
    await deploy({ name: "just-now", flow_id: train });
    await row(page, "just-now").waitFor();
    await page.goto(`${site.origin}/runs`);
    await page.getByRole("table", { name: "Runs" }).waitFor();
    await page.getByRole("button", { name: "Deployment", exact: true }).click();
    await page.getByRole("menuitemcheckbox", { name: /^by-hand/ }).click();
    await page.getByRole("heading", { name: "No run matches" }).waitFor();
    expect(address(page).get("deployment")).not.toBeNull();
    await close();
  });
});
