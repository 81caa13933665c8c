import { createFlowRunInput, readFlowRun, readFlowRunInput, resumeFlowRun, setFlowRunState } from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFlowNamed, recordTasks, startRun } from "./fixtures.ts";
import { startPrefixProxy } from "./prefix-proxy.ts";
import { openSearch } from "./search.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
let flowId: string;
beforeAll(async () => {
  site = await startSite();
  flowId = await createFlowNamed(site.client, "release");
});
afterAll(() => site.close());

const approval = {
  title: "Publish the table?",
  type: "object",
  required: ["approved"],
  properties: {
    approved: { type: "boolean", title: "Approved", description: "Yes shows it to all customers." },
    comment: { type: "string", title: "Comment", default: "Looks good" },
    stages: {
      type: "array",
      title: "Stages",
      items: {
        type: "object",
        title: "Stage",
        required: ["name"],
        properties: { name: { type: "string", title: "Name" } },
      },
    },
  },
};

const description = ["**March** is ready.", "", "| metric | change |", "|---|---:|", "| RMSE | −4 % |"].join("\n");

interface Asked {
  /** By default that of the server of all tests. */
  readonly client?: Site["client"];
  readonly schema?: object;
  readonly description?: string;
  readonly timeoutSeconds?: number;
}

let asked = 0;

/** Pauses a run as Prefect's client does: first the state, then what is asked for. */
async function ask(
  id: string,
  { client = site.client, schema, description: about, timeoutSeconds = 7200 }: Asked = {},
) {
  asked += 1;
  const keyset = { schema: `${asked}-schema`, response: `${asked}-response`, description: `${asked}-description` };
  const { state } = await client.call(setFlowRunState, {
    params: { id },
    body: {
      state: {
        type: "PAUSED",
        state_details: {
          pause_key: String(asked),
          pause_timeout: new Date(Date.now() + timeoutSeconds * 1000).toISOString(),
          ...(schema === undefined ? {} : { run_input_keyset: keyset }),
        },
      },
      force: true,
    },
  });
  const keep = (key: string, value: unknown) =>
    client.call(createFlowRunInput, { params: { id }, body: { key, value: JSON.stringify(value) } });
  if (schema !== undefined) await keep(keyset.schema, schema);
  if (about !== undefined) await keep(keyset.description, about);
  return {
    id: state?.id ?? "",
    answer: async () =>
      JSON.parse(String(await client.call(readFlowRunInput, { params: { id, key: keyset.response } }))),
  };
}

async function asking(name: string, given: Asked = { schema: approval, description }) {
  const run = await startRun(site.client, { flowId, name });
  return { ...run, question: await ask(run.id, given) };
}

const stateOf = async (id: string) => (await site.client.call(readFlowRun, { params: { id } })).state_type;
const answerElsewhere = (id: string) =>
  site.client.call(resumeFlowRun, { params: { id }, body: { run_input: { approved: true } } });
const box = (page: Page) => page.getByRole("region", { name: "What it waits for" });
const send = (page: Page) => page.getByRole("button", { name: "Answer and resume" });
const noteOf = (page: Page, text: RegExp) => page.getByRole("main").getByRole("status").getByText(text);

describe("the page of a run that asks", () => {
  test.each(["light", "dark"] as const)(
    "has the question, who asks, the time left and the form (%s)",
    async (theme) => {
      const run = await startRun(site.client, { flowId, name: `hazel-${theme}` });
      await recordTasks(site.client, run.id, [{ name: "predict-0", start: -100, took: 1 }]);
      const question = await ask(run.id, { schema: approval, description });
      const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`, { colorScheme: theme });
      await box(page).getByRole("heading", { name: "Publish the table?" }).waitFor();
      await box(page).getByRole("cell", { name: "RMSE" }).waitFor();
      await box(page).getByRole("link", { name: "predict-0" }).waitFor();
      await box(page).getByText("2 h left").waitFor();
      await expect.poll(() => page.title()).toBe(`? hazel-${theme} · release`);
      expect(await box(page).getByRole("textbox", { name: "Comment" }).inputValue()).toBe("Looks good");
      await send(page).click();
      await box(page).getByRole("alert").getByText("One field is missing or wrong: Approved.").waitFor();
      await box(page).getByText("This field is required.").waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      await box(page).getByRole("radiogroup", { name: "Approved" }).getByRole("radio", { name: "Yes" }).check();
      await box(page).getByRole("button", { name: "Add to Stages" }).click();
      await box(page).getByRole("textbox", { name: "Name" }).fill("beta");
      await send(page).click();
      await noteOf(page, /^Your answer was sent\. The run goes on\.$/).waitFor();
      await box(page).waitFor({ state: "hidden" });
      expect(await question.answer()).toEqual({ approved: true, comment: "Looks good", stages: [{ name: "beta" }] });
      expect(await stateOf(run.id)).toBe("RUNNING");
      expect(problems).toEqual([]);
      await close();
    },
  );

  test("asks at once when the run pauses while somebody looks, and the second question after the first", async () => {
    const run = await startRun(site.client, { flowId, name: "twice" });
    const { page, close } = await site.open(`/runs/flow-run/${run.id}`);
    await page.getByRole("heading", { name: "twice" }).waitFor();
    await ask(run.id, { schema: approval, description });
    await box(page).getByRole("cell", { name: "RMSE" }).waitFor();
    await box(page).getByRole("radio", { name: "No" }).check();
    await send(page).click();
    await box(page).waitFor({ state: "hidden" });
    const second = await ask(run.id, {
      schema: { title: "How many?", type: "object", properties: { rows: { type: "integer" } } },
    });
    await box(page).getByRole("heading", { name: "How many?" }).waitFor();
    await box(page).getByRole("textbox", { name: "Rows" }).fill("7");
    await send(page).click();
    await box(page).waitFor({ state: "hidden" });
    expect(await second.answer()).toEqual({ rows: 7 });
    await close();
  });

  test("says in the other window that the question was answered, and leaves no answer behind", async () => {
    const run = await asking("two-windows");
    const [one, other] = [
      await site.open(`/runs/flow-run/${run.id}`),
      await site.open(`/runs/flow-run/${run.id}/answer?question=${run.question.id}`),
    ];
    await other.page.getByRole("textbox", { name: "Comment" }).fill("wait a moment");
    await box(one.page).getByRole("radio", { name: "Yes" }).check();
    await send(one.page).click();
    await other.page.getByRole("heading", { name: "Answered already" }).waitFor();
    await noteOf(other.page, /What you wrote here was not sent\./).waitFor();
    expect(await run.question.answer()).toMatchObject({ approved: true, comment: "Looks good" });
    await one.close();
    await other.close();
  });

  test.each([
    ["answered", /Somebody answered .* the run went on/, (id: string) => answerElsewhere(id)],
    [
      "cancelled",
      /The run was cancelled/,
      (id: string) =>
        site.client.call(setFlowRunState, { params: { id }, body: { state: { type: "CANCELLED" }, force: true } }),
    ],
  ])("tells whoever is writing that the question was %s meanwhile", async (name, told, settle) => {
    const run = await asking(`meanwhile-${name}`);
    const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
    await box(page).getByRole("textbox", { name: "Comment" }).fill("wait a moment");
    await settle(run.id);
    await noteOf(page, told).waitFor();
    await box(page).waitFor({ state: "hidden" });
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Close this note" }).click();
    await noteOf(page, told).waitFor({ state: "hidden" });
    expect(problems).toEqual([]);
    await close();
  });

  test("shows a form of 30 fields with nested lists, and all of them are sent", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `field_${index}`);
    const schema = {
      title: "Thirty",
      type: "object",
      required: names,
      properties: Object.fromEntries(names.map((name) => [name, { type: "string" }])),
    };
    const run = await asking("thirty", { schema });
    const { page, close } = await site.open(`/runs/flow-run/${run.id}`);
    await send(page).click();
    await box(page)
      .getByRole("alert")
      .getByText(/^30 fields are missing or wrong: Field 0, /)
      .waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-invalid"))).toBe("true");
    for (const name of names)
      await box(page)
        .getByRole("textbox", { name: name.replace("field_", "Field "), exact: true })
        .fill(name);
    await send(page).click();
    await box(page).waitFor({ state: "hidden" });
    expect(await run.question.answer()).toEqual(Object.fromEntries(names.map((name) => [name, name])));
    await close();
  });

  test("keeps what was written while the server can't be reached", async () => {
    const own = await startSite();
    const { client } = own;
    const run = await startRun(client, { flowId: await createFlowNamed(client, "release"), name: "unreachable" });
    await ask(run.id, { client, schema: approval });
    const { page, close } = await own.open(`/runs/flow-run/${run.id}`);
    await box(page).getByRole("radio", { name: "Yes" }).check();
    await own.stop();
    await send(page).click();
    await box(page).getByRole("alert").getByText("Your answer is still here").waitFor();
    await own.start();
    await send(page).click();
    await noteOf(page, /^Your answer was sent/).waitFor();
    await close();
    await own.close();
  });

  test("keeps what was written, but for secrets, over a reload, until it is answered or begun anew", async () => {
    const token = { type: "string", title: "Token", format: "password", writeOnly: true };
    const schema = { ...approval, properties: { ...approval.properties, token } };
    const run = await asking("slow-writer", { schema });
    const { page, problems, close } = await site.open(`/runs/flow-run/${run.id}`);
    const comment = box(page).getByRole("textbox", { name: "Comment" });
    const begun = box(page).getByRole("status").getByText("What you wrote before is filled in, but for secrets.");
    await comment.fill("Wait for Kim");
    await box(page).getByLabel("Token").fill("s3cret-of-the-draft");
    await page.reload();
    await begun.waitFor();
    expect(await comment.inputValue()).toBe("Wait for Kim");
    expect(await box(page).getByLabel("Token").inputValue()).toBe("");
    expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain("s3cret-of-the-draft");
    expect(await accessibilityProblems(page)).toEqual([]);
    await box(page).getByRole("button", { name: "Start anew" }).click();
    await begun.waitFor({ state: "detached" });
    expect(await comment.inputValue()).toBe("Looks good");
    await comment.fill("Fine");
    await box(page).getByRole("radiogroup", { name: "Approved" }).getByRole("radio", { name: "Yes" }).check();
    await box(page).getByLabel("Token").fill("s3cret-of-the-draft");
    await send(page).click();
    await expect.poll(() => stateOf(run.id)).not.toBe("PAUSED");
    await expect.poll(() => page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain("answer-draft");
    expect(await run.question.answer()).toMatchObject({ comment: "Fine", token: "s3cret-of-the-draft" });
    expect(problems).toEqual([]);
    await close();
  });
});

describe("the link to a question", () => {
  const phone = { viewport: { width: 390, height: 800 } };

  test("is copied on the page of the run, and shows the question alone, on a phone too", async () => {
    const run = await asking("linked");
    const opened = await site.open(`/runs/flow-run/${run.id}`);
    await opened.page.evaluate(() => {
      Object.defineProperty(navigator, "clipboard", {
        value: { writeText: (text: string) => Promise.resolve(void Object.assign(window, { copied: text })) },
      });
    });
    await box(opened.page).getByRole("button", { name: "Copy link" }).click();
    await box(opened.page).getByRole("button", { name: "Copied" }).waitFor();
    const address = await opened.page.evaluate(() => (window as unknown as { copied: string }).copied);
    expect(address).toBe(`${site.origin}/runs/flow-run/${run.id}/answer?question=${run.question.id}`);
    await opened.close();
    const { page, problems, close } = await site.open(address, phone);
    await page.getByRole("heading", { name: "Publish the table?", level: 1 }).waitFor();
    await page.getByRole("cell", { name: "RMSE" }).waitFor();
    expect(await page.getByRole("navigation").count()).toBe(0);
    await page.getByRole("textbox", { name: "Comment" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("radio", { name: "Yes" }).check();
    await send(page).click();
    await page.getByRole("heading", { name: "Thank you" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.reload();
    await page.getByRole("heading", { name: "Answered already" }).waitFor();
    await page.getByRole("link", { name: "Open the run" }).click();
    await page.getByRole("heading", { name: "linked" }).waitFor();
    await page.getByRole("button", { name: "Open the menu" }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  test("works below a path of a proxy", async () => {
    const proxy = await startPrefixProxy(site.origin, "/tools/flows");
    const run = await asking("below-a-path");
    const { page, close } = await site.open(
      `http://127.0.0.1:${proxy.port}/tools/flows/runs/flow-run/${run.id}/answer`,
    );
    await page.getByRole("radio", { name: "No" }).check();
    await send(page).click();
    await page.getByRole("heading", { name: "Thank you" }).waitFor();
    expect(await run.question.answer()).toMatchObject({ approved: false });
    await close();
    proxy.close();
  });

  test("says that the time has run out, that another question is open, and that a run asks nothing", async () => {
    const late = await asking("late", { schema: approval, timeoutSeconds: -10 });
    const { page, close } = await site.open(`/runs/flow-run/${late.id}/answer`);
    await page.getByRole("heading", { name: "The time has run out" }).waitFor();
    const run = await asking("moved-on");
    await answerElsewhere(run.id);
    await ask(run.id, { schema: approval });
    await page.goto(`${site.origin}/runs/flow-run/${run.id}/answer?question=${run.question.id}`);
    await page.getByRole("heading", { name: "Answered already" }).waitFor();
    await page.getByRole("link", { name: "The run asks something else now" }).click();
    await send(page).waitFor();
    const silent = await startRun(site.client, { flowId, name: "silent" });
    await page.goto(`${site.origin}/runs/flow-run/${silent.id}/answer`);
    await page.getByRole("heading", { name: "The run asks nothing" }).waitFor();
    await close();
  });
});

describe("what waits for people", () => {
  test("is first on the dashboard while something does, appears and goes by itself, and leads to the form", async () => {
    const own = await createFlowNamed(site.client, "watched");
    const run = await startRun(site.client, { flowId: own, name: "watched" });
    const { page, problems, close } = await site.open(`/dashboard?flow=${own}`);
    await page.getByRole("heading", { name: "Running now" }).waitFor();
    const heading = page.getByRole("heading", { name: "Waits for you" });
    expect(await heading.count()).toBe(0);
    await ask(run.id, { schema: approval, description, timeoutSeconds: 300 });
    await heading.waitFor();
    expect(await page.getByRole("main").getByRole("heading").first().textContent()).toContain("Waits for you");
    await page.getByText("March is ready.").waitFor();
    await page.getByText(/^[45] min left$/).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("link", { name: "Answer Publish the table?" }).click();
    await box(page).getByRole("radio", { name: "Yes" }).waitFor();
    await page.goBack();
    await heading.waitFor();
    await answerElsewhere(run.id);
    await heading.waitFor({ state: "hidden" });
    expect(problems).toEqual([]);
    await close();
  });

  test("has its word and sign in the list of runs, and is found by the search", async () => {
    const own = await createFlowNamed(site.client, "found-flow");
    const run = await startRun(site.client, { flowId: own, name: "found-run" });
    await ask(run.id, { schema: { ...approval, title: "Is the zebra striped?" } });
    const { page, close } = await site.open(`/runs?flow=${own}`);
    const rows = page.getByRole("table", { name: "Runs" }).getByRole("row");
    await rows.filter({ hasText: "found-run" }).getByText("Waits for input", { exact: true }).last().waitFor();
    await (await openSearch(page)).fill("zebra");
    await page.getByRole("option", { name: /Is the zebra striped\?/ }).click();
    await page.getByRole("heading", { name: "Is the zebra striped?", level: 1 }).waitFor();
    await close();
  });
});
