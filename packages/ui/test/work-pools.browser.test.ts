import { stateNames } from "@ostinato/core";
import { workerType } from "@ostinato/job-templates/worker-types";
import {
  createDeployment,
  createFlowRunFromDeployment,
  createQueueOfPool,
  createWorkPool,
  heartbeatOfWorker,
  readDeployment,
  readFlowRun,
  readQueueOfPool,
  readWorkPool,
  setFlowRunState,
  updateQueueOfPool,
  updateWorkPool,
  type WorkPoolCreate,
  type WorkQueueCreate,
} from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed } from "./fixtures.ts";
import { openSearch } from "./search.ts";
import { type Site, startSite } from "./site.ts";

describeOnEachDatabase("the pages of work pools", (database) => {
  let site: Site;
  let train: string;

  beforeAll(async () => {
    site = await startSite({ databaseUrl: database.url });
    train = await createFlowNamed(site.client, "train");
  });
  afterAll(() => site.close());

  const createPool = (body: WorkPoolCreate) => site.client.call(createWorkPool, { body });
  const readPool = (name: string) => site.client.call(readWorkPool, { params: { name } });
  const createQueue = (work_pool_name: string, body: WorkQueueCreate) =>
    site.client.call(createQueueOfPool, { params: { work_pool_name }, body });
  const readQueue = (work_pool_name: string, name: string) =>
    site.client.call(readQueueOfPool, { params: { work_pool_name, name } });
  const heartbeat = (work_pool_name: string, name: string) =>
    site.client.call(heartbeatOfWorker, { params: { work_pool_name }, body: { name, heartbeat_interval_seconds: 30 } });
  const deploy = async (name: string, pool: string, given: object = {}) =>
    (
      await site.client.call(createDeployment, {
        body: { name, flow_id: train, work_pool_name: pool, enforce_parameter_schema: false, ...given },
      })
    ).id;
  const startRun = async (deployment: string, name: string, type: "SCHEDULED" | "RUNNING" = "SCHEDULED") => {
    const run = await site.client.call(createFlowRunFromDeployment, { params: { id: deployment }, body: { name } });
    for (const state of type === "RUNNING" ? (["PENDING", "RUNNING"] as const) : [])
      await site.client.call(setFlowRunState, { params: { id: run.id }, body: { state: { type: state } } });
    return run.id;
  };
  const row = (page: Page, name: string) =>
    page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });

  test("without any, the list teaches how to get one, and shows the first that comes", async () => {
    const { page, problems, close } = await site.open("/work-pools");
    await page.getByRole("heading", { name: "No work pool yet" }).waitFor();
    const command = page.getByText("ostinato worker start --pool my-pool --type process");
    expect(await command.textContent()).toContain(`OSTINATO_API_URL=${site.origin}/api `);
    await page.getByRole("tab", { name: "From Prefect" }).click();
    const prefect = page.getByText("prefect worker start --pool my-pool --type process");
    expect(await prefect.textContent()).toContain(`PREFECT_API_URL=${site.origin}/api `);
    expect(await accessibilityProblems(page)).toEqual([]);
    await createPool({ name: "gpu", type: "process", concurrency_limit: 2 });
    await row(page, "gpu").waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  describe("the list", () => {
    beforeAll(() => createPool({ name: "cluster", type: "kubernetes", is_paused: true }));

    test("says who works for each, what runs and what is late, and is narrowed by name, status and type", async () => {
      const { page, problems, close } = await site.open("/work-pools");
      await row(page, "gpu").getByText("Not ready").waitFor();
      await row(page, "gpu").getByText("No worker has ever been online.").waitFor();
      await row(page, "gpu").getByText("0 / 2").waitFor();
      await row(page, "cluster").getByText("Paused").waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.getByRole("searchbox", { name: "Filter by name" }).fill("GP");
      await row(page, "cluster").waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Clear" }).click();
      await page.getByRole("button", { name: "Status" }).click();
      await page.getByRole("menuitemcheckbox", { name: "Paused" }).click();
      await row(page, "gpu").waitFor({ state: "detached" });
      await page.goto(`${site.origin}/work-pools?type=docker`);
      await page.getByRole("heading", { name: "No work pool matches" }).waitFor();
      expect(problems).toEqual([]);
      await close();
    });

    test("pauses and resumes in the row, and follows what others do", async () => {
      const { page, problems, close } = await site.open("/work-pools");
      const on = row(page, "gpu").getByRole("switch");
      await on.click();
      await expect.poll(async () => (await readPool("gpu")).is_paused).toBe(true);
      await row(page, "gpu").getByText("Paused").waitFor();
      await on.click();
      await expect.poll(async () => (await readPool("gpu")).is_paused).toBe(false);
      await site.client.call(updateWorkPool, { params: { name: "gpu" }, body: { concurrency_limit: 7 } });
      await row(page, "gpu").getByText("0 / 7").waitFor();
      await heartbeat("cluster", "KubernetesWorker 1");
      await row(page, "cluster").getByRole("cell", { name: "1", exact: true }).waitFor();
      expect(problems).toEqual([]);
      await close();
    });

    test("fits a phone", async () => {
      const { page, close } = await site.open("/work-pools", { viewport: { width: 390, height: 800 } });
      await row(page, "gpu").waitFor();
      expect(await overflow(page)).toBe(0);
      expect(await accessibilityProblems(page)).toEqual([]);
      await close();
    });
  });

  test("a new pool: a type, a form from its template, and a page that waits for the first worker", async () => {
    const { page, problems, close } = await site.open("/work-pools");
    await page.getByRole("link", { name: "Create" }).click();
    await page.getByRole("radio", { name: "Process" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.getByRole("radio", { name: "Docker" }).getAttribute("aria-checked")).toBe("true");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("radio", { name: "Process" }).click();
    await page.getByRole("textbox", { name: "Name", exact: true }).first().fill("with/slash");
    await page.getByText("A name of a work pool can't contain /").waitFor();
    await page.getByRole("textbox", { name: "Name", exact: true }).first().fill("night shift");
    await page.getByRole("textbox", { name: "Runs at once" }).fill("two");
    await page.getByText("Write a whole number, 0 or more").waitFor();
    const create = page.getByRole("button", { name: "Create the work pool" });
    expect(await create.isDisabled()).toBe(true);
    await page.getByRole("textbox", { name: "Runs at once" }).fill("2");
    await page.getByRole("textbox", { name: "Working directory" }).fill("/srv/flows");
    await page.getByText('"/srv/flows"').waitFor();
    await create.click();
    await page.getByRole("heading", { name: "night shift" }).waitFor();
    const pool = await readPool("night shift");
    expect(pool).toMatchObject({ type: "process", concurrency_limit: 2 });
    expect(pool.base_job_template).toMatchObject({
      variables: { properties: { working_dir: { default: "/srv/flows" } } },
    });
    const waiting = page.getByRole("region", { name: "Start a worker" });
    await waiting.getByText("ostinato worker start --pool 'night shift'").waitFor();
    await waiting.getByRole("radio", { name: "Python" }).click();
    await waiting.getByText("prefect worker start --pool 'night shift'").waitFor();
    await heartbeat("night shift", "night-1");
    await waiting.waitFor({ state: "detached" });
    await page.getByRole("tab", { name: "Workers 1" }).click();
    await row(page, "night-1").getByText("Online").waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  describe("a pool", () => {
    let nightly: string;
    let holder: string;
    beforeAll(async () => {
      await createPool({
        name: "big",
        type: "docker",
        description: "The big machines",
        concurrency_limit: 1,
        base_job_template: workerType("docker")?.default_base_job_configuration ?? {},
      });
      await createQueue("big", { name: "urgent", priority: 1 });
      await createQueue("big", { name: "later", concurrency_limit: 3 });
      nightly = await deploy("nightly", "big", { work_queue_name: "urgent" });
      holder = await startRun(nightly, "long-one", "RUNNING");
      await startRun(nightly, "waits");
    });

    test("shows by one request what holds it back, and who holds its slots", async () => {
      const { page, problems, close } = await site.open("/work-pools/big?tab=configuration");
      await page.getByText("The big machines").waitFor();
      await page.getByText("The only slot of the pool is taken.", { exact: false }).waitFor();
      const slots = page.getByRole("region", { name: "Slots" });
      await slots.getByText("1 / 1").waitFor();
      expect(await slots.getByRole("meter").textContent()).toBe("1 of 1");
      await slots.getByRole("link", { name: "long-one" }).waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.getByRole("tab", { name: "Runs" }).click();
      await row(page, "long-one").waitFor();
      await page.getByRole("tab", { name: "Upcoming" }).click();
      await page.getByRole("list", { name: "Next runs" }).getByText("waits", { exact: true }).waitFor();
      expect(problems).toEqual([]);
      await close();
    });

    test("frees the slot on the page when the run ends", async () => {
      const { page, close } = await site.open("/work-pools/big");
      const slots = page.getByRole("region", { name: "Slots" });
      await slots.getByText("1 / 1").waitFor();
      await site.client.call(setFlowRunState, { params: { id: holder }, body: { state: { type: "COMPLETED" } } });
      await slots.getByText("No run holds one.").waitFor();
      await close();
    });

    test("orders its queues by keys, by buttons and by dragging", async () => {
      const { page, problems, close } = await site.open("/work-pools/big?tab=queues");
      const names = () => page.getByRole("table", { name: "Work queues" }).getByRole("link").allTextContents();
      const handle = (name: string) => page.getByRole("button", { name: new RegExp(`^Move ${name}: priority`) });
      await row(page, "urgent").waitFor();
      const first = await names();
      await handle(first[0] ?? "").press("ArrowDown");
      await expect.poll(names).toEqual([first[1], first[0], first[2]]);
      await page.getByRole("status").getByText(`${first[0]} is now at place 2 of 3.`).waitFor();
      await page.getByRole("button", { name: `Move ${first[2]} up` }).click();
      await expect.poll(names).toEqual([first[1], first[2], first[0]]);
      await handle(first[0] ?? "").dragTo(row(page, first[1] ?? ""));
      await expect.poll(names).toEqual([first[0], first[1], first[2]]);
      const priorities = async () => Promise.all(first.map(async (name) => (await readQueue("big", name)).priority));
      await expect.poll(async () => isRising(await priorities())).toBe(true);
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(problems).toEqual([]);
      await close();
    });

    test("creates, changes, pauses and deletes a queue", async () => {
      const { page, problems, close } = await site.open("/work-pools/big?tab=queues");
      await page.getByRole("button", { name: "Create a queue" }).click();
      const dialog = page.getByRole("dialog", { name: "Create a queue" });
      await dialog.getByRole("textbox", { name: "Name" }).fill("slow");
      await dialog.getByRole("textbox", { name: "Runs at once" }).fill("4");
      expect(await accessibilityProblems(page)).toEqual([]);
      await dialog.getByRole("button", { name: "Create" }).click();
      await row(page, "slow").getByText("0 / 4").last().waitFor();
      await row(page, "slow").getByRole("button", { name: "Actions on slow" }).click();
      await page.getByRole("menuitem", { name: "Edit…" }).click();
      const edit = page.getByRole("dialog", { name: "Edit slow" });
      await edit.getByRole("textbox", { name: "Name" }).fill("slower");
      await edit.getByRole("button", { name: "Save" }).click();
      await row(page, "slower").getByRole("switch").click();
      await expect.poll(async () => (await readQueue("big", "slower")).is_paused).toBe(true);
      await row(page, "slower").getByRole("button", { name: "Actions on slower" }).click();
      await page.getByRole("menuitem", { name: "Delete…" }).click();
      await page
        .getByRole("dialog", { name: "Delete slower" })
        .getByRole("button", { name: "Delete the queue" })
        .click();
      await row(page, "slower").waitFor({ state: "detached" });
      expect(problems).toEqual([]);
      await close();
    });

    test("changes its job template by a form, and says at the place what is wrong in its JSON", async () => {
      const { page, problems, close } = await site.open("/work-pools/big?tab=template");
      await page.getByRole("textbox", { name: "Image", exact: true }).fill("registry.example/train:7");
      await page.getByText('"registry.example/train:7"').waitFor();
      await page.getByRole("button", { name: "Save the template" }).click();
      await expect
        .poll(async () => (await readPool("big")).base_job_template)
        .toMatchObject({ variables: { properties: { image: { default: "registry.example/train:7" } } } });
      await page.getByRole("radio", { name: "Advanced: JSON" }).click();
      const json = page.getByRole("textbox", { name: "Job template, as JSON" });
      await json.fill('{"job_configuration": {"image": "{{ imag }}"}, "variables": {"properties": {"image": {}}}}');
      await page.getByRole("alert").getByText("Did you mean", { exact: false }).waitFor();
      expect(await page.getByRole("button", { name: "Save the template" }).isDisabled()).toBe(true);
      await json.fill("{");
      await page.getByText("This is not JSON yet", { exact: false }).waitFor();
      await page.getByRole("button", { name: "Undo" }).click();
      await page.getByRole("textbox", { name: "Image", exact: true }).waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(problems).toEqual([]);
      await close();
    });

    test("is edited, and says what would break before it is deleted", async () => {
      const { page, problems, close } = await site.open("/work-pools/big");
      await page.getByRole("button", { name: "Edit" }).click();
      const edit = page.getByRole("dialog", { name: "Edit big" });
      await edit.getByRole("textbox", { name: "Description" }).fill("Bigger machines");
      await edit.getByRole("textbox", { name: "Runs at once" }).fill("");
      await edit.getByRole("button", { name: "Save" }).click();
      await page.getByText("Bigger machines").waitFor();
      await expect.poll(async () => (await readPool("big")).concurrency_limit).toBeNull();
      await edit.waitFor({ state: "detached" });
      await page.getByRole("button", { name: "More" }).click();
      await page.getByRole("menuitem", { name: "Delete…" }).click();
      const dialog = page.getByRole("dialog", { name: "Delete big" });
      await dialog.getByText("1 deployment would have no pool", { exact: false }).waitFor();
      await dialog.getByRole("link", { name: "train/nightly" }).waitFor();
      await dialog.getByRole("button", { name: "Keep the work pool" }).click();
      expect(problems).toEqual([]);
      await close();
    });

    test("its queue has a page of its own", async () => {
      const { page, problems, close } = await site.open("/work-pools/big?tab=queues");
      await page.getByRole("table", { name: "Work queues" }).getByRole("link", { name: "urgent" }).click();
      await page.getByRole("heading", { name: "urgent" }).waitFor();
      await page.getByRole("link", { name: "train/nightly" }).waitFor();
      await page.getByRole("switch", { name: "Pause the queue" }).click();
      await page.getByText("The queue is paused.", { exact: false }).waitFor();
      expect((await readQueue("big", "urgent")).is_paused).toBe(true);
      await site.client.call(updateQueueOfPool, {
        params: { work_pool_name: "big", name: "urgent" },
        body: { is_paused: false },
      });
      await page.getByRole("switch", { name: "Pause the queue" }).waitFor();
      await page.getByRole("tab", { name: "Upcoming" }).click();
      await page.getByRole("list", { name: "Next runs" }).getByText("waits", { exact: true }).waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(problems).toEqual([]);
      await close();
    });

    test("its worker has a page of its own", async () => {
      await heartbeat("big", "trainer-1");
      const { page, problems, close } = await site.open("/work-pools/big?tab=workers");
      await row(page, "trainer-1").getByRole("link", { name: "trainer-1" }).click();
      await page.getByRole("heading", { name: "trainer-1" }).waitFor();
      await page.getByText("Online").waitFor();
      await page.getByText("every 30 s").waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(problems).toEqual([]);
      await close();
    });

    test("is found by the search, with its queues", async () => {
      await createPool({ name: "spare machines", type: "process" });
      const { page, close } = await site.open("/runs");
      await page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
      await (await openSearch(page)).fill("urgen");
      await page.getByRole("option", { name: /urgent/ }).click();
      await page.waitForURL("**/work-pools/big/queues/urgent");
      await (await openSearch(page)).fill("spare mach");
      await page.getByRole("option", { name: /spare machines/ }).click();
      await page.waitForURL("**/work-pools/spare%20machines");
      await close();
    });

    test("Prefect's addresses lead to it", async () => {
      const { page, close } = await site.open("/work-pools/work-pool/big/queue/urgent");
      await page.getByRole("heading", { name: "urgent" }).waitFor();
      await page.goto(`${site.origin}/work-pools/work-pool/big`);
      await page.getByRole("heading", { name: "big" }).waitFor();
      expect(new URL(page.url()).pathname).toBe("/work-pools/big");
      await close();
    });
  });

  describe("a deployment of a pool", () => {
    let id: string;
    beforeAll(async () => {
      await createPool({
        name: "images",
        type: "docker",
        base_job_template: workerType("docker")?.default_base_job_configuration ?? {},
      });
      await createQueue("images", { name: "first" });
      id = await deploy("weekly", "images", { job_variables: { image: "registry.example/a" } });
    });

    test("has its job variables as a form", async () => {
      const { page, problems, close } = await site.open(`/deployments/${id}?tab=configuration`);
      await page.getByRole("link", { name: "images" }).waitFor();
      await page.getByRole("button", { name: "Edit the job variables" }).click();
      const dialog = page.getByRole("dialog", { name: "Job variables of weekly" });
      await dialog.getByRole("textbox", { name: "Image", exact: true }).fill("registry.example/b");
      await dialog.getByRole("button", { name: "Save" }).click();
      await dialog.waitFor({ state: "detached" });
      const { job_variables } = await site.client.call(readDeployment, { params: { id } });
      expect(job_variables).toEqual({ image: "registry.example/b" });
      expect(problems).toEqual([]);
      await close();
    });

    test("is run in another queue, with a priority and job variables of the run", async () => {
      const { page, problems, close } = await site.open(`/deployments/${id}/run`);
      await page.getByRole("combobox", { name: "Work queue" }).selectOption("first");
      const priority = page.getByRole("textbox", { name: "Priority" });
      await priority.fill("1001");
      await page.getByText("Write a whole number from -1000 to 1000.").waitFor();
      await priority.fill("-5");
      await page.getByText("Job variables of this run").click();
      await page.getByRole("textbox", { name: "Image", exact: true }).fill("registry.example/c");
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await page.waitForURL("**/runs/flow-run/*");
      await page.getByRole("link", { name: "first", exact: true }).waitFor();
      const run = await site.client.call(readFlowRun, { params: { id: page.url().split("/").at(-1) ?? "" } });
      expect(run).toMatchObject({
        work_queue_name: "first",
        priority: -5,
        job_variables: { image: "registry.example/c" },
        state: { name: stateNames.scheduled },
      });
      const waiting = page.getByRole("region", { name: "What it waits for" });
      await waiting.getByRole("link", { name: "Workers of images" }).waitFor();
      await page.getByRole("tab", { name: "Details" }).click();
      await page.getByText('"registry.example/c"').waitFor();
      expect(problems).toEqual([]);
      await close();
    });
  });
});

function isRising(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number >= (numbers[index - 1] ?? 0));
}

function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const main = document.getElementById("main");
    return main === null ? -1 : main.scrollWidth - main.clientWidth;
  });
}
