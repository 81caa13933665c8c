import { randomId } from "@ostinato/core";
import {
  beginTransaction,
  createConcurrencyLimit,
  createDeployment,
  giveSlotsBack,
  incrementSlots,
  putTagLimit,
  readConcurrencyLimit,
  takeSlots,
} from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, startRun } from "./fixtures.ts";
import { openSearch } from "./search.ts";
import { type Site, startSite } from "./site.ts";

describeOnEachDatabase("the pages of limits", (database) => {
  let site: Site;
  let train: string;

  beforeAll(async () => {
    site = await startSite({ databaseUrl: database.url });
    train = await createFlowNamed(site.client, "train");
  });
  const stops: (() => void)[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });
  afterAll(() => site.close());

  const create = (name: string, limit: number, given: object = {}) =>
    site.client.call(createConcurrencyLimit, { body: { name, limit, ...given } });
  const read = (name: string) => site.client.call(readConcurrencyLimit, { params: { id_or_name: name } });
  const run = async (name: string) => (await startRun(site.client, { flowId: train, name })).id;
  const take = (name: string, flowRunId?: string, given: object = {}) =>
    site.client.call(takeSlots, {
      body: {
        names: [name],
        slots: 1,
        ...(flowRunId === undefined ? {} : { holder: { type: "flow_run", id: flowRunId } }),
        ...given,
      },
    });
  /** Stands in line like a program, which asks again and again, until it has its slot or gives up. */
  async function wait(name: string, flowRunId?: string) {
    const waiter_id = randomId();
    const ask = () => take(name, flowRunId, { waiter_id }).catch((error: unknown) => error);
    expect(await ask()).toMatchObject({ status: 423 });
    const asking = setInterval(() => void ask(), 1000);
    stops.push(() => clearInterval(asking));
    return async () => {
      clearInterval(asking);
      await site.client.call(giveSlotsBack, { body: { lease_id: waiter_id } });
    };
  }
  const row = (page: Page, name: string) =>
    page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
  const table = (page: Page, name: string) => page.getByRole("table", { name });
  const dialog = (page: Page) => page.getByRole("dialog");

  test("without any, the list teaches how to make one, and shows the first that comes", async () => {
    const { page, problems, close } = await site.open("/concurrency-limits");
    await page.getByRole("heading", { name: "No limit yet" }).waitFor();
    await page.getByText(`OSTINATO_API_URL=${site.origin}/api npx ostinato concurrency-limit create`).waitFor();
    await page.getByRole("tab", { name: "Python" }).click();
    await page.getByText(`PREFECT_API_URL=${site.origin}/api prefect gcl create database --limit 2`).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await create("api", 4, { slot_decay_per_second: 0.5 });
    await row(page, "api").getByText("1 each 2 s").waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test("a limit is made in a form that says beside each field what is wrong, changed, and deleted", async () => {
    const { page, problems, close } = await site.open("/concurrency-limits");
    await page.getByRole("button", { name: "Create" }).click();
    const name = dialog(page).getByRole("textbox", { name: "Name" });
    const slots = dialog(page).getByRole("textbox", { name: "Slots" });
    const describes = (field: typeof name, says: RegExp) =>
      expect
        .poll(async () => page.locator(`[id="${await field.getAttribute("aria-describedby")}"]`).textContent())
        .toMatch(says);
    await dialog(page).getByRole("button", { name: "Create" }).click();
    await describes(name, /^Write a name/);
    await name.fill("data/base");
    await describes(name, /can't have the character \//);
    await slots.fill("-1");
    await describes(slots, /whole number, 0 or more/);
    expect(await accessibilityProblems(page)).toEqual([]);
    await slots.fill("2");
    await name.fill("api");
    await dialog(page).getByRole("button", { name: "Create" }).click();
    await describes(name, /"api" exists already/);
    await name.fill("warehouse");
    await dialog(page).getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name: "warehouse" }).waitFor();
    expect(await read("warehouse")).toMatchObject({ limit: 2, slot_decay_per_second: 0, active: true });

    await page.getByRole("button", { name: "Edit" }).click();
    await slots.fill("5");
    await dialog(page)
      .getByRole("textbox", { name: /^Seconds/ })
      .fill("4");
    await dialog(page).getByRole("switch", { name: "Active" }).click();
    await dialog(page).getByRole("button", { name: "Save" }).click();
    await page.getByText("It is off, and limits nothing.").waitFor();
    expect(await read("warehouse")).toMatchObject({ limit: 5, slot_decay_per_second: 0.25, active: false });
    await page.getByRole("switch", { name: "Switch the limit on" }).click();
    await expect.poll(async () => (await read("warehouse")).active).toBe(true);

    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await dialog(page).getByText('Programs that ask for "warehouse" go on without a limit').waitFor();
    await dialog(page).getByRole("button", { name: "Delete the limit" }).click();
    await row(page, "api").waitFor();
    await row(page, "warehouse").waitFor({ state: "detached" });
    await expect(read("warehouse")).rejects.toMatchObject({ status: 404 });
    expect(problems.filter((problem) => !/409|404/.test(problem))).toEqual([]);
    await close();
  });

  test("the limit of a tag is made once, whatever characters the tag has", async () => {
    const { page, close } = await site.open("/concurrency-limits");
    const make = async (tag: string) => {
      await page.getByRole("button", { name: "Create" }).click();
      await dialog(page).getByRole("radio", { name: "A tag of tasks" }).click();
      await dialog(page).getByRole("textbox", { name: "Tag" }).fill(tag);
      await dialog(page).getByRole("button", { name: "Create" }).click();
    };
    await make("team/gpu");
    await page.getByRole("heading", { name: "tag:team/gpu" }).waitFor();
    await page.getByText("tasks with the tag team/gpu").waitFor();
    await page.goBack();
    await make("team/gpu");
    await dialog(page).getByText('The tag "team/gpu" has a limit already').waitFor();
    await close();
  });

  test("the page of a run says which slots and keys of transactions it holds and waits for, as they change hands", async () => {
    await create("warehouse", 2);
    const [holder, waiter] = [await run("holder"), await run("waiter")];
    const key = "load 2024-03 ".padEnd(120, "of a long name ");
    const begin = (id: string, waiter_id: string | null = null) =>
      site.client.call(beginTransaction, { body: { key, holder: { type: "flow_run", id }, waiter_id } });
    const { page, problems, close } = await site.open(`/runs/flow-run/${holder}`);
    await page.getByRole("heading", { name: "holder" }).waitFor();
    await take("warehouse", holder, { slots: 2 });
    const { lease_id } = await begin(holder);
    const holds = page.locator("dl").filter({ hasText: "Holds" }).first();
    await holds.getByRole("link", { name: "warehouse" }).waitFor();
    await holds.getByText("2 slots").waitFor();
    await holds.getByRole("link", { name: `the transaction key ${key}` }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);

    await begin(waiter, randomId()).catch(() => {});
    const second = await site.open(`/runs/flow-run/${waiter}`);
    await second.page.getByText("is under way. It is number 1 of 1 in line.").waitFor();
    await second.page.getByRole("link", { name: "The transactions with the key load 2024-03" }).click();
    await table(second.page, "Holders").getByRole("link", { name: "holder" }).waitFor();
    expect(second.problems).toEqual([]);
    await second.close();

    await site.client.call(giveSlotsBack, { body: { lease_id: lease_id ?? "" } });
    await holds.getByRole("link", { name: "the transaction key" }).waitFor({ state: "detached" });
    expect(problems).toEqual([]);
    await close();
  });

  describe("the list", () => {
    let holder: string;
    beforeAll(async () => {
      await create("database", 1);
      await create("other", 3, { active: false });
      await site.client.call(putTagLimit, { body: { tag: "gpu", concurrency_limit: 2 } });
      const deployment = { name: "nightly", flow_id: train, concurrency_limit: 2, enforce_parameter_schema: false };
      await site.client.call(createDeployment, { body: deployment });
      await take("task:load:customer-7", undefined, { keyed: { limit: 3 } });
      holder = await run("holds-the-database");
      await take("database", holder);
    });

    test("has the slots of each limit, who waits and how long, and follows what others do", async () => {
      const { page, problems, close } = await site.open("/concurrency-limits");
      await row(page, "database").getByText("1 / 1").waitFor();
      await row(page, "other").getByText("limits nothing").waitFor();
      await row(page, "tag:gpu").getByText("tasks with the tag gpu").waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.getByRole("button", { name: "Somebody waits" }).click();
      await page.getByRole("heading", { name: "No limit matches" }).waitFor();
      const giveUp = await wait("database");
      await row(page, "database").getByRole("cell", { name: "1", exact: true }).waitFor();
      expect(await page.getByRole("row").count()).toBe(2);
      await giveUp();
      await page.getByRole("heading", { name: "No limit matches" }).waitFor();
      await page.getByRole("button", { name: "Clear the filter" }).click();
      await page.getByRole("searchbox", { name: "Filter by name" }).fill("DATA");
      await row(page, "other").waitFor({ state: "detached" });
      await row(page, "database").waitFor();
      expect(problems).toEqual([]);
      await close();
    });

    test("switches limits off and on in the row", async () => {
      const { page, problems, close } = await site.open("/concurrency-limits");
      await row(page, "other").getByRole("switch").click();
      await expect.poll(async () => (await read("other")).active).toBe(true);
      await row(page, "other").getByText("0 / 3").waitFor();
      await row(page, "other").getByRole("switch").click();
      await expect.poll(async () => (await read("other")).active).toBe(false);
      expect(problems).toEqual([]);
      await close();
    });

    test("shows the limits of deployments and of keys apart, by what they count", async () => {
      const { page, problems, close } = await site.open("/concurrency-limits");
      await page.getByRole("radio", { name: /^Deployments/ }).click();
      await row(page, "train/nightly").getByText("runs of the deployment").waitFor();
      await page.getByRole("radio", { name: /^Flows and tasks by key/ }).click();
      const keyed = row(page, "task:load:customer-7");
      await keyed.getByText("runs of the task load with the key customer-7").waitFor();
      await keyed.getByRole("link").click();
      await page.getByRole("heading", { name: "task:load:customer-7" }).waitFor();
      expect(await page.getByRole("button", { name: "Edit" }).count()).toBe(0);
      expect(problems).toEqual([]);
      await close();
    });

    test("holds still while somebody reads it, with new limits behind a button", async () => {
      const { page, close } = await site.open("/concurrency-limits");
      await row(page, "database").hover();
      await create("a new one", 1);
      await page.getByRole("button", { name: "1 new" }).click();
      await row(page, "a new one").waitFor();
      await close();
    });

    test.each(["light", "dark"] as const)("fits a phone (%s)", async (colorScheme) => {
      for (const path of ["/concurrency-limits", "/concurrency-limits/database"]) {
        const { page, close } = await site.open(path, { viewport: { width: 390, height: 800 }, colorScheme });
        await page.getByText("1 / 1").first().waitFor();
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
        expect(await accessibilityProblems(page)).toEqual([]);
        await close();
      }
    });

    test("the search opens a limit", async () => {
      const { page, close } = await site.open("/");
      await (await openSearch(page)).fill("databa");
      await page
        .getByRole("option", { name: /database/ })
        .first()
        .click();
      await page.getByRole("heading", { name: "database" }).waitFor();
      await close();
    });
  });

  describe("the page of a limit", () => {
    test("names holders and who waits in their order, linked, and follows who goes on", async () => {
      await create("model", 1);
      const [first, second, third] = [await run("first-run"), await run("second-run"), await run("third-run")];
      const lease = await take("model", first);
      await wait("model", second);
      await wait("model", third);
      const { page, problems, close } = await site.open("/concurrency-limits/model");
      await table(page, "Holders").getByRole("link", { name: "first-run" }).waitFor();
      await expect
        .poll(() => table(page, "Waiting").getByRole("link").allTextContents())
        .toEqual(["second-run", "third-run"]);
      expect(await page.title()).toContain("model");
      expect(await accessibilityProblems(page)).toEqual([]);
      await site.client.call(giveSlotsBack, { body: { lease_id: lease.lease_id } });
      await table(page, "Holders").getByRole("link", { name: "second-run" }).waitFor();
      await expect.poll(() => table(page, "Waiting").getByRole("link").allTextContents()).toEqual(["third-run"]);
      await table(page, "Holders").getByRole("link", { name: "second-run" }).click();
      await page.getByRole("heading", { name: "second-run" }).waitFor();
      expect(problems).toEqual([]);
      await close();
    });

    test("frees the slots of one holder, and says what becomes of it and of who waits", async () => {
      await create("gpu-memory", 2);
      const holders = [await run("keeps-it"), await run("loses-it")];
      for (const id of holders) await take("gpu-memory", id);
      await wait("gpu-memory", await run("waits-for-it"));
      const { page, problems, close } = await site.open("/concurrency-limits/gpu-memory");
      await page.getByRole("button", { name: "Free the slots of loses-it" }).click();
      await dialog(page)
        .getByText(/is not stopped, and loses all slots/)
        .waitFor();
      await dialog(page)
        .getByText(/The first of the 1 waiter goes on with it/)
        .waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      await dialog(page).getByRole("button", { name: "Free 1 slot" }).click();
      await expect
        .poll(() => table(page, "Holders").getByRole("link").allTextContents())
        .toEqual(["keeps-it", "waits-for-it"]);
      await page.getByText("Nobody waits.").waitFor();
      expect(problems).toEqual([]);
      await close();
    });

    test("resets a limit with slots that nobody gives back any more", async () => {
      await create("left behind", 2);
      await site.client.call(incrementSlots, { body: { names: ["left behind"], slots: 2 } });
      const { page, problems, close } = await site.open("/concurrency-limits/left%20behind");
      await table(page, "Holders").getByText("a program").waitFor();
      await page.getByRole("button", { name: "Reset…" }).click();
      await dialog(page).getByText("Their holders are not stopped").waitFor();
      await dialog(page).getByRole("button", { name: "Free all 2 slots" }).click();
      await page.getByText("Nobody holds a slot.").waitFor();
      expect((await read("left behind")).active_slots).toBe(0);
      expect(problems).toEqual([]);
      await close();
    });

    test("of a rate counts down by itself", async () => {
      await create("requests", 2, { slot_decay_per_second: 1 });
      await site.client.call(incrementSlots, { body: { names: ["requests"], slots: 2, mode: "rate_limit" } });
      const { page, close } = await site.open("/concurrency-limits/requests");
      await page.getByText("Slots of a rate need no holder").waitFor();
      await page.getByText("0 / 2").waitFor();
      await close();
    });

    test("says of one that is not there that it does not exist", async () => {
      const { page, close } = await site.open("/concurrency-limits/nowhere");
      await page.getByText("The limit does not exist.").waitFor();
      await close();
    });
  });
});
