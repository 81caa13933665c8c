import { systemClock, timeOrderedId } from "@ostinato/core";
import {
  type Automation,
  createAutomation,
  createBlockDocument,
  createBlockSchema,
  createBlockType,
  createDeployment,
  createEvents,
  filterAutomations,
  readAutomation,
  readFlowRun,
} from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFlowNamed, startRun } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let flow: string;

beforeAll(async () => {
  site = await startSite();
  flow = await createFlowNamed(site.client, "train");
});
afterAll(() => site.close());

const fails = async () => {
  const run = await startRun(site.client, { flowId: flow, name: "happy-owl" });
  await run.end("FAILED", "disk is full");
};
const automationNamed = async (name: string): Promise<Automation | undefined> =>
  (await site.client.call(filterAutomations, { body: {} })).find((each) => each.name === name);
const newId = () => timeOrderedId(systemClock().now());
const json = (page: Page) => page.getByRole("textbox", { name: "The automation as JSON" });

test("somebody who doesn't code makes an automation, sees when it would have fired, and sees it fire", async () => {
  await fails();
  const { page, problems, close } = await site.open("/automations");
  await page.getByRole("heading", { name: "No automation yet" }).waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.getByRole("link", { name: "A run fails" }).click();
  await page.getByText("It would have fired 1 time in the last 7 days.").waitFor();
  await page.getByRole("button", { name: "Flows: any flow" }).click();
  await page.getByRole("menuitemcheckbox", { name: "train" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Add an action" }).click();
  await page.getByRole("combobox", { name: "What to do (First)" }).selectOption({ label: "cancel the run" });
  await page.getByText("When a run of train fails, crashes or runs out of time, cancel the run.").waitFor();
  await expect.poll(() => json(page).inputValue()).toContain(`prefect.flow.${flow}`);
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("stop it");
  await page.getByRole("button", { name: "Create the automation" }).click();

  await page.getByRole("heading", { name: "stop it" }).waitFor();
  await page.getByText("It has not fired yet").waitFor();
  await fails();
  const firings = page.getByRole("list", { name: "Firings, the latest first" });
  await firings.getByRole("link", { name: "Flow run happy-owl failed" }).waitFor();
  await firings.getByText(/^Cancel the run: /).waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);

  await page.getByRole("switch", { name: "Switch the automation off" }).click();
  await page.getByText("It is off, and counts no events.").waitFor();
  await expect.poll(async () => (await automationNamed("stop it"))?.enabled).toBe(false);
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Duplicate" }).click();
  await expect.poll(() => page.getByRole("textbox", { name: "Name", exact: true }).inputValue()).toBe("stop it (copy)");
  expect(problems).toEqual([]);
  await close();
});

/** As Prefect's client sends it. */
const ofPython = {
  name: "by Python",
  description: "",
  enabled: true,
  tags: ["nightly"],
  trigger: {
    type: "compound" as const,
    require: "all" as const,
    within: 60,
    triggers: [
      { type: "event" as const, posture: "Reactive" as const, expect: ["order.paid"], threshold: 1, within: 0 },
      { type: "event" as const, posture: "Reactive" as const, expect: ["order.sent"], threshold: 1, within: 0 },
    ],
  },
  actions: [{ type: "do-nothing" as const }],
  actions_on_trigger: [{ type: "do-nothing" as const }],
};

test("nothing of an automation made in Python is lost by the form, and JSON and form are in step", async () => {
  const made = await site.client.call(createAutomation, { body: ofPython });
  const { page, problems, close } = await site.open(`/automations/automation/${made.id}/edit`);
  await page.getByText("When order.paid comes and order.sent comes within 1 minute, do nothing.").waitFor();
  await page.getByText("The fields cannot say all of this trigger.").waitFor();
  await page.getByRole("textbox", { name: "Description" }).fill("both came");
  await expect.poll(() => json(page).inputValue()).toContain('"description": "both came"');
  await json(page).fill((await json(page).inputValue()).replace('"within": 60', '"within": 120'));
  await page.getByText("within 2 minutes").first().waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "by Python" }).waitFor();
  const saved = await site.client.call(readAutomation, { params: { id: made.id } });
  const withoutIds = (text: string) => text.replace(/"id":"[^"]+",?/g, "");
  expect(withoutIds(JSON.stringify(saved.trigger))).toBe(
    withoutIds(JSON.stringify(made.trigger).replace('"within":60', '"within":120')),
  );
  expect(saved).toMatchObject({
    description: "both came",
    tags: ["nightly"],
    actions: made.actions,
    actions_on_trigger: made.actions_on_trigger,
  });

  await page.goto(`${site.origin}/automations/automation/${made.id}/edit`);
  await json(page).fill((await json(page).inputValue()).replace(/"tags": \[[^\]]*\],/, ""));
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "by Python" }).waitFor();
  expect(await site.client.call(readAutomation, { params: { id: made.id } })).toMatchObject({
    tags: [],
    description: "both came",
  });
  expect(problems).toEqual([]);
  await close();
});

test("a figure of runs is a sentence to fill in, also where Python has made the automation", async () => {
  const { page, problems, close } = await site.open("/automations/new?template=few-successes");
  await page.getByRole("textbox", { name: "Threshold" }).fill("95");
  await page.getByRole("combobox", { name: "Compared with the threshold" }).selectOption({ label: "at most" });
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("few successes");
  await page.getByText("When the success rate of runs is at most 95 % over 1 day for 5 minutes, do nothing.").waitFor();
  await page.getByRole("button", { name: "Create the automation" }).click();
  await page.getByRole("heading", { name: "few successes" }).waitFor();
  const made = await automationNamed("few successes");
  expect(made?.trigger).toMatchObject({ metric: { name: "successes", operator: "<=", threshold: 95, range: 86_400 } });
  await page.getByRole("link", { name: "Edit" }).click();
  await json(page).waitFor();
  await json(page).fill((await json(page).inputValue()).replace('"threshold": 95', '"threshold": 80'));
  await page.getByText("is at most 80 %").waitFor();
  expect(problems).toEqual([]);
  await close();
});

test("a figure of the runs of a flow that is named keeps its runs until others are chosen", async () => {
  const named = { "prefect.resource.role": "flow", "prefect.resource.name": "train" };
  const { id } = await site.client.call(createAutomation, {
    body: {
      name: "train is late",
      trigger: {
        type: "metric",
        match_related: named,
        metric: { name: "lateness", operator: ">", threshold: 600, range: 3600, firing_for: 300 },
      },
      actions: [{ type: "do-nothing" }],
    },
  });
  const { page, problems, close } = await site.open(`/automations/automation/${id}/edit`);
  const sentence = (of: string, time: string) =>
    `When the mean lateness of runs${of} is above ${time} over 1 hour for 5 minutes, do nothing.`;
  await page.getByText(sentence(" of train", "10 minutes")).waitFor();
  await page.getByRole("textbox", { name: "Threshold" }).fill("20");
  await page.getByText(sentence(" of train", "20 minutes")).waitFor();
  expect(JSON.parse(await json(page).inputValue()).trigger.match_related).toEqual(named);
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.getByRole("button", { name: "Choose others" }).click();
  await page.getByText(sentence("", "20 minutes")).waitFor();
  await page.getByRole("button", { name: "Flows: any flow" }).waitFor();
  expect(JSON.parse(await json(page).inputValue()).trigger.match_related).toEqual({});
  expect(problems).toEqual([]);
  await close();
});

test("how often it takes is chosen in words, and an asset that is not made is one of them", async () => {
  const { page, problems, close } = await site.open("/automations/new?template=asset-made");
  const often = page.getByRole("combobox", { name: "How often" });
  await page.getByText("When an asset is made, do nothing.").waitFor();
  await often.selectOption({ label: "several times" });
  await page.getByRole("textbox", { name: "How many times" }).fill("3");
  await page.getByText("When an asset is made 3 times within 10 minutes, do nothing.").waitFor();
  await often.selectOption({ label: "not once" });
  await page.getByText("When no asset is made for 10 minutes, do nothing.").waitFor();
  await often.selectOption({ label: "each time" });
  await page.getByText("When an asset is made, do nothing.").waitFor();
  expect(JSON.parse(await json(page).inputValue()).trigger).toMatchObject({
    posture: "Reactive",
    threshold: 1,
    within: 0,
  });
  expect(problems).toEqual([]);
  await close();
});

test("what the server refuses stands beside the field", async () => {
  const { page, close } = await site.open("/automations/new?template=no-success");
  await page.getByRole("button", { name: "States: Completed", exact: true }).waitFor();
  await page.getByRole("radio", { name: "No event since…" }).check({ force: true });
  const time = page.getByRole("textbox", { name: "For how long" });
  await page.getByRole("combobox", { name: "Unit of: For how long" }).selectOption({ label: "seconds" });
  await time.fill("3");
  await page.getByRole("alert").getByText("The time: within of a Proactive trigger must be at least 10 s").waitFor();
  await time.fill("30");
  await page.getByRole("alert").waitFor({ state: "detached" });

  await makeNotifiers("alerts");
  await page.reload();
  await page.getByRole("button", { name: "Add an action" }).click();
  await page.getByRole("textbox", { name: "Message" }).fill("{{ flow_run.name");
  await page.getByRole("alert").getByText("This is not a valid template: line 1: {{ has no end.").waitFor();
  await page.getByRole("textbox", { name: "Message" }).fill("fine");
  await page.getByRole("alert").waitFor({ state: "detached" });
  // What is written as JSON has no field that could show it.
  const good = JSON.parse(await json(page).inputValue());
  const trigger = { type: "event", posture: "Sometimes" };
  for (const [wrong, reason] of [
    [{ ...good, colour: "red" }, "Colour: there is no such field."],
    [{ ...good, description: 5 }, "Description: must be string."],
    [
      { ...good, actions_on_trigger: [{ type: "dance" }] },
      /^Actions_on_trigger\.0\.type: must be one of "do-nothing", /,
    ],
    [{ ...good, trigger }, 'Posture: must be one of "Reactive", "Proactive".'],
    [{ ...good, actions: [{ type: "call-webhook", block_document_id: "x" }] }, "Block_document_id: is not an id."],
  ] as const) {
    await json(page).fill(JSON.stringify({ ...wrong, name: "wrong" }));
    await page.getByRole("button", { name: "Create the automation" }).click();
    await page.getByRole("alert").getByText(reason).waitFor();
  }
  expect(await automationNamed("wrong")).toBeUndefined();
  await close();
});

test("a number is typed digit by digit, and what is none is said until the field is left", async () => {
  const { page, problems, close } = await site.open("/automations/new?template=run-fails");
  await page.getByRole("combobox", { name: "How often" }).selectOption({ label: "several times" });
  const many = page.getByRole("textbox", { name: "How many times" });
  await many.click();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("12");
  expect(await many.inputValue()).toBe("12");
  await page.getByText(/12 times within 10 minutes, do nothing\.$/).waitFor();
  for (const wrong of ["1", "2.5", "many", ""]) {
    await many.fill(wrong);
    await page.getByRole("alert").getByText("Write a whole number of at least 2.").waitFor();
    expect(await many.inputValue()).toBe(wrong);
  }
  await page.keyboard.press("Tab");
  await page.getByRole("alert").waitFor({ state: "detached" });
  expect(await many.inputValue()).toBe("12");
  expect(problems).toEqual([]);
  await close();
});

/** The type of blocks that send messages, and its schema. */
let chat: Promise<{ readonly block_type_id: string; readonly block_schema_id: string }> | undefined;

async function makeChat() {
  const { client } = site;
  const type = await client.call(createBlockType, { body: { name: "Team chat", slug: "team-chat" } });
  const fields = { title: "Team chat", type: "object", properties: {}, block_type_slug: "team-chat" };
  const schema = await client.call(createBlockSchema, {
    body: { block_type_id: type.id, capabilities: ["notify"], fields },
  });
  return { block_type_id: type.id, block_schema_id: schema.id };
}

/** Blocks that send messages, by their names. */
async function makeNotifiers(...names: string[]): Promise<Readonly<Record<string, string>>> {
  const { client } = site;
  chat ??= makeChat();
  const of = { ...(await chat), data: {} };
  const ids: Record<string, string> = {};
  for (const name of names) ids[name] = (await client.call(createBlockDocument, { body: { ...of, name } })).id;
  return ids;
}

test("a deployment is run with parameters by its form, a message goes by the chosen block, and the firing leads to the run", async () => {
  const schema = {
    type: "object",
    properties: { month: { type: "string", title: "Month" }, depth: { type: "integer", title: "Depth", default: 4 } },
    required: ["month"],
  };
  const body = { name: "nightly", flow_id: flow, parameters: { month: "2021-01" }, parameter_openapi_schema: schema };
  const { id: deployment } = await site.client.call(createDeployment, { body });
  const { team } = await makeNotifiers("ops", "team");
  const { page, problems, close } = await site.open("/automations/new?template=own-event");
  await page.getByRole("textbox", { name: "Names of events" }).fill("order.due");
  await page.getByRole("button", { name: "Add an action" }).click();
  const firstAction = page.getByRole("group", { name: "First", exact: true });
  await firstAction.getByRole("combobox", { name: "What to do (First)" }).selectOption({ label: "run a deployment" });
  await firstAction.getByRole("textbox", { name: "Month" }).fill("2024-07");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("order for the month");
  await firstAction.getByText("As JSON", { exact: true }).click();
  const parameters = firstAction.getByRole("textbox", { name: "Parameters, as JSON" });
  await parameters.fill('{"month": ');
  await page.getByText("The parameters can't be read yet.").waitFor();
  expect(await page.getByRole("button", { name: "Create the automation" }).isDisabled()).toBe(true);
  await parameters.fill('{"month": "{{ event.id"}');
  await page.getByRole("alert").getByText("Month: Invalid jinja: line 1: {{ has no end.").waitFor();
  await firstAction.getByText("As a form", { exact: true }).click();
  await firstAction.getByRole("textbox", { name: "Month" }).fill("2024-07");
  await page.getByRole("button", { name: "Add an action" }).click();
  await page.getByRole("combobox", { name: "Which one (Then (2))" }).selectOption({ label: "team (Team chat)" });
  await page.getByRole("textbox", { name: "Message" }).fill("{{ event.event }} came");
  await page.getByText("When order.due comes, run deployment train/nightly and send a message by team.").waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.getByRole("button", { name: "Create the automation" }).click();
  await page.getByText("It has not fired yet").waitFor();
  expect((await automationNamed("order for the month"))?.actions).toMatchObject([
    { type: "run-deployment", deployment_id: deployment, parameters: { month: "2024-07" } },
    { type: "send-notification", block_document_id: team, body: "{{ event.event }} came" },
  ]);

  const due = { id: newId(), event: "order.due", resource: { "prefect.resource.id": "order.1" } };
  await site.client.call(createEvents, { body: [{ ...due, occurred: new Date().toISOString() }] });
  const firings = page.getByRole("list", { name: "Firings, the latest first" });
  await firings.getByText("Run deployment train/nightly: done").waitFor();
  await firings.getByText(/^Send a message by team: /).waitFor();
  await firings.locator("a[href*='/runs/flow-run/']").click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  const runId = page.url().split("/").at(-1) ?? "";
  expect(await site.client.call(readFlowRun, { params: { id: runId } })).toMatchObject({
    deployment_id: deployment,
    parameters: { month: "2024-07" },
  });

  await page.goto(`${site.origin}/events/${due.id}`);
  await page.getByRole("heading", { name: "It led to" }).waitFor();
  await page.getByRole("link", { name: "Automation order for the month fired" }).click();
  await page.getByRole("heading", { name: "Automation order for the month fired" }).waitFor();
  // The template that has no end was refused.
  expect(problems.filter((each) => !each.includes("status of 422"))).toEqual([]);
  await close();
});

test("an automation of a deployment that is gone is edited, and says that it is gone", async () => {
  const actions = [{ type: "run-deployment" as const, deployment_id: newId(), parameters: { day: "first" } }];
  const trigger = { type: "event" as const, posture: "Reactive" as const, expect: ["order.paid"] };
  const { id } = await site.client.call(createAutomation, { body: { name: "of nothing", trigger, actions } });
  const { page, close } = await site.open(`/automations/automation/${id}/edit`);
  const which = page.getByRole("combobox", { name: "Which one (First)" });
  await which.locator("option:checked", { hasText: "… (gone)" }).waitFor({ state: "attached" });
  await page.getByRole("textbox", { name: "Description" }).fill("as before");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "of nothing" }).waitFor();
  expect((await automationNamed("of nothing"))?.actions).toMatchObject(actions);
  await close();
});

test("an action that is taken away leaves the others with what they say", async () => {
  const { page, close } = await site.open("/automations/new?template=run-fails");
  const actions = [{ day: "first" }, { day: "second" }].map((parameters) => ({
    type: "run-deployment",
    source: "inferred",
    parameters,
  }));
  const written = JSON.parse(await json(page).inputValue());
  await json(page).fill(JSON.stringify({ ...written, actions }));
  await page.getByRole("button", { name: "Remove: First" }).click();
  const parameters = page.getByRole("textbox", { name: "Parameters, as JSON" });
  expect(JSON.parse(await parameters.inputValue())).toEqual({ day: "second" });
  await close();
});

test("an event becomes an automation, and a failed action says why on the list", async () => {
  const id = newId();
  const happened = {
    id,
    occurred: new Date().toISOString(),
    event: "order.lost",
    resource: { "prefect.resource.id": "order.9" },
  };
  await site.client.call(createEvents, { body: [happened] });
  const { page, problems, close } = await site.open(`/events/${id}`);
  await page.getByRole("link", { name: "Make an automation from this" }).click();
  await page.getByText("When order.lost of order.9 comes").waitFor();
  await page.getByRole("button", { name: "Add an action" }).click();
  await page.getByRole("combobox", { name: "What to do (First)" }).selectOption({ label: "cancel the run" });
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("find it");
  await page.getByRole("button", { name: "Create the automation" }).click();
  await page.getByRole("heading", { name: "find it" }).waitFor();
  const again = newId();
  await site.client.call(createEvents, { body: [{ ...happened, id: again, occurred: new Date().toISOString() }] });
  await page.getByText(/^Cancel the run: failed/).waitFor();

  await page.getByRole("button", { name: "Run the actions now…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Run them now" }).click();
  await dialog.getByText(/^Cancel the run: failed/).waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await page.getByRole("link", { name: "Automations" }).first().click();
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: "find it" }) });
  await row.getByText(/^Last firing: /).waitFor();
  await row.getByRole("img", { name: "actions of 1 failed" }).waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  await row.getByRole("button", { name: "Actions on find it" }).click();
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await dialog.getByText("Nobody will cancel the run for it.").waitFor();
  await dialog.getByRole("button", { name: "Delete the automation" }).click();
  await expect.poll(() => automationNamed("find it")).toBeUndefined();
  await dialog.waitFor({ state: "detached" });
  await row.waitFor({ state: "detached" });
  expect(problems).toEqual([]);
  await close();
});
