import { timeOrderedId } from "@ostinato/core";
import { createEvents, type EventCreate } from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFlowNamed, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let run: string;
let paid: EventCreate;

const happened = (event: string, given: Partial<EventCreate> = {}, secondsAgo = 0): EventCreate => {
  const at = Date.now() - secondsAgo * 1000;
  return {
    id: timeOrderedId((at * 1000) as Parameters<typeof timeOrderedId>[0]),
    occurred: new Date(at).toISOString(),
    event,
    resource: { "prefect.resource.id": "order.17", "prefect.resource.name": "Order 17" },
    ...given,
  };
};
const record = (...events: EventCreate[]) => site.client.call(createEvents, { body: events });

beforeAll(async () => {
  site = await startSite();
  const flow = await createFlowNamed(site.client, "train");
  const started = await startRun(site.client, { flowId: flow, name: "happy-owl" });
  await started.end("FAILED", "disk is full");
  run = started.id;
  paid = happened(
    "order.paid",
    {
      payload: { amount: 120, by: "Ada" },
      related: [
        {
          "prefect.resource.id": `prefect.flow-run.${run}`,
          "prefect.resource.name": "happy-owl",
          "prefect.resource.role": "flow-run",
        },
      ],
    },
    600,
  );
  await record(paid, happened("order.refunded", { follows: paid.id }, 300), happened("model.trained", {}, 200));
});
afterAll(() => site.close());

const feed = (page: Page) => page.getByRole("list", { name: "Events, the latest first" });
const sentences = (page: Page) => feed(page).getByRole("listitem");

test("events are sentences, narrowed by type, resource, words and time, which the address holds", async () => {
  const { page, problems, close } = await site.open("/events");
  await feed(page).getByText("Flow run happy-owl failed: disk is full").waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);

  await page.getByRole("checkbox", { name: "order.*" }).check();
  await feed(page).getByText("happy-owl").first().waitFor({ state: "detached" });
  await expect.poll(() => sentences(page).count()).toBe(2);
  await page
    .getByRole("slider", { name: "Events over time" })
    .and(page.locator("[aria-valuetext*='2 events']"))
    .waitFor();
  await page.getByRole("button", { name: "Types below order." }).click();
  await page.getByRole("button", { name: "Types below order." }).click();
  await page.getByRole("checkbox", { name: "order.paid" }).waitFor();

  await feed(page)
    .getByRole("button", { name: /order\.paid/ })
    .click();
  await feed(page).getByText('"Ada"').waitFor();
  await feed(page)
    .getByRole("button", { name: `Only events of prefect.flow-run.${run}` })
    .click();
  await expect.poll(() => page.url()).toContain(`resource=prefect.flow-run.${run}`);
  await page.getByRole("button", { name: "Not only order." }).click();
  await feed(page).getByText("happy-owl failed").waitFor();
  await feed(page).getByText("model.trained").waitFor({ state: "detached" });

  await page.reload();
  await feed(page).getByText("happy-owl failed").waitFor();
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await page.getByRole("searchbox", { name: "Words in the event" }).fill("ada");
  await expect.poll(() => sentences(page).count()).toBe(1);
  await page.getByRole("searchbox", { name: "Words in the event" }).fill("nowhere");
  await page.getByRole("heading", { name: "No event matches" }).waitFor();
  await page.getByRole("button", { name: "Clear the filter" }).click();
  await feed(page).getByText("model.trained").waitFor();

  const chart = page.getByRole("slider", { name: "Events over time" });
  await chart.focus();
  await chart.press("End");
  await chart.press("Shift+ArrowLeft");
  await chart.press("Enter");
  await page.getByRole("button", { name: "Back to last 24 hours" }).waitFor();
  expect(page.url()).toMatch(/from=.*to=/);
  expect(problems).toEqual([]);
  await close();
});

test("new events come in live, and wait behind a button while somebody reads", async () => {
  const { page, problems, close } = await site.open("/events?type=live.");
  await page.getByRole("heading", { name: "No event matches" }).waitFor();
  await record(happened("live.first"));
  await feed(page).getByText("live.first").waitFor();
  await feed(page)
    .getByRole("button", { name: /live\.first/ })
    .focus();
  await record(happened("live.second"), happened("live.third"));
  const more = page.getByRole("button", { name: "2 new" });
  await more.waitFor();
  expect(await sentences(page).count()).toBe(1);
  await more.click();
  await feed(page).getByText("live.third").waitFor();
  expect(await sentences(page).allTextContents()).toHaveLength(3);
  expect(problems).toEqual([]);
  await close();
});

test("an event has an address of its own, with the run it is about and what follows it", async () => {
  const { page, problems, close } = await site.open(`/events/${paid.id}`, { viewport: { width: 390, height: 844 } });
  await page.getByRole("heading", { name: "Order 17 order.paid" }).waitFor();
  await page.getByRole("link", { name: /order\.refunded/ }).waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.getByRole("link", { name: "happy-owl" }).click();
  await page.getByRole("heading", { name: "happy-owl" }).waitFor();
  expect(problems).toEqual([]);
  await close();
});

test("words that few events have are looked for step by step, which can be stopped and goes on when asked", async () => {
  const hay = 22_500;
  const begun = Date.now();
  for (let from = 0; from < hay; from += 2500) {
    const portion = Array.from({ length: 2500 }, (_, index) => happened("hay.straw", {}, 1200 + (from + index) / 10));
    await record(...portion);
  }
  const secondsAgo = (age: number) => age + (Date.now() - begun) / 1000;
  await record(
    happened("hay.needle", { payload: { sharp: "zzyzx" } }, secondsAgo(1200 + 600)),
    happened("hay.needle", { payload: { sharp: "zzyzx" } }, secondsAgo(1200 + 3000)),
  );
  const { page, problems, close } = await site.open("/events?type=nothing");
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const found = (text: RegExp) => page.getByRole("status").filter({ hasText: text });
  let steps = 0;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/ui/events/list", async (route) => {
    const { cursor } = route.request().postDataJSON() as { cursor: string | null };
    if (cursor !== null) steps += 1;
    if (cursor !== null && steps === 1) await held;
    await route.continue();
  });
  await page.goto(`${site.origin}/events?q=zzyzx`);
  await found(/^Searched back to .*: nothing found\.$/).waitFor();
  await button("Stop").click();
  release();
  await found(/^Searched back to .*: 1 event found\.$/).waitFor();
  await button("Search further back").waitFor();
  expect(steps).toBe(1);

  await page.reload();
  await found(/^Searched back to .*: 1 event found\.$/).waitFor();
  await button("Search further back").click();
  await found(/^Searched all of this time: 2 events found\.$/).waitFor();
  expect(steps).toBe(1 + 4 + 1);
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(problems).toEqual([]);
  await close();
});
