import { execFile, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { promisify } from "node:util";
import { filterWebhooks, type Webhook } from "@ostinato/protocol";
import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSearch } from "./search.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;

beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

const webhookNamed = async (name: string): Promise<Webhook | undefined> =>
  (await site.client.call(filterWebhooks, { body: { name } })).at(0);
const feed = (page: Page) => page.getByRole("list", { name: "Events, the latest first" });
const shown = (page: Page, label: string) => page.getByRole("textbox", { name: label, exact: true });
/** The first code on the page, such as commands to copy. */
const code = async (page: Page) => (await page.getByRole("main").locator("pre").first().textContent()) ?? "";
const run = (commands: string) => promisify(execFile)("sh", ["-c", commands]);
const hasCommands = ["curl", "openssl"].every((command) => spawnSync(command, ["version"]).error === undefined);
const body = '{"kind": "refund", "order": 17}';

test.skipIf(!hasCommands)(
  "the commands on the empty page make a webhook as they stand, and the page lists it with what was posted",
  async () => {
    const { page, problems, close } = await site.open("/webhooks");
    await page.getByRole("heading", { name: "No webhook yet" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    const { stdout } = await run(await code(page));
    expect(stdout).toContain(`${site.origin}/api/hooks/`);
    await page.getByRole("img", { name: "The last 1 posts: all made events" }).waitFor();
    await page.getByRole("link", { name: "orders" }).click();
    await feed(page).getByText("order.paid").waitFor();
    await page.getByText("/api/hooks/••••").waitFor();

    await page.goto(`${site.origin}/webhooks/new`);
    await page.getByRole("switch", { name: "Check the signature of posts" }).click();
    await shown(page, "Name").fill("signed orders");
    await page.getByLabel("Key").fill("the key");
    // The preview is dimmed while it is made anew.
    await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Create the webhook" }).click();
    await page.getByText("Waiting for the first post").waitFor();
    await run(`KEY='the key'\n${await code(page)}`);
    await feed(page).getByText("order.paid").waitFor();
    expect(problems).toEqual([]);
    await close();
  },
);

test("a webhook is made from a sample of a post, its address is shown once, and what is posted appears", async () => {
  const { page, problems, close } = await site.open("/webhooks/new");
  await page.getByText("It makes the event: order.paid").waitFor();
  await shown(page, "Name of the event").fill("shop.{{ body.kind }}");
  await shown(page, "A body as it is posted").fill(body);
  await page.getByText("It makes the event: shop.refund").waitFor();
  await shown(page, "Its name, as people read it").fill("Order {{ body.order }}");
  await page.getByText("It makes the event: Order 17 shop.refund").waitFor();
  await shown(page, "The template as JSON").fill('{"event": "{{ oops", "resource": {"prefect.resource.id": "a"}}');
  await page.getByRole("alert").filter({ hasText: "Is not a valid template" }).waitFor();
  await shown(page, "The template as JSON").fill(
    '{"event": "shop.{{ body.kind }}", "resource": {"prefect.resource.id": "a"}}',
  );
  await expect.poll(() => shown(page, "Id of what it is about").inputValue()).toBe("a");
  await page.getByRole("switch", { name: "Check the signature of posts" }).click();
  await shown(page, "Name").fill("shop");
  await page.getByText("Give the key of the signature.").waitFor();
  await page.getByLabel("Key").fill("the key");
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.getByRole("button", { name: "Create the webhook" }).click();

  await page.getByText("Copy it now").waitFor();
  await page.getByText("Waiting for the first post").waitFor();
  const address = (await page.getByText(/\/api\/hooks\/[\w-]{32}$/).textContent()) ?? "";
  const post = (key: string) => {
    const signature = createHmac("sha256", key).update(body).digest("hex");
    return fetch(address, { method: "POST", body, headers: { "x-signature": signature } });
  };
  expect((await post("the key")).status).toBe(202);
  await feed(page).getByText("shop.refund").waitFor();
  expect((await post("another")).status).toBe(401);
  await feed(page).getByText("made no event of a post: The signature in the header x-signature").waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(await webhookNamed("shop")).toMatchObject({
    template: { event: "shop.{{ body.kind }}", resource: { "prefect.resource.id": "a" } },
    signature: { header: "x-signature", algorithm: "sha256", secret: "********" },
  });
  await page.reload();
  await page.getByText("/api/hooks/••••").waitFor();
  // The template that can't be read was refused.
  expect(problems.filter((problem) => !problem.includes("/api/webhooks/preview"))).toEqual([]);
  await close();
});

test("a webhook is changed without its key, gets a new address, and becomes an automation", async () => {
  const before = await webhookNamed("shop");
  const { page, problems, close } = await site.open(`/webhooks/webhook/${before?.id}`);
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByRole("radio", { name: "CloudEvents" }).click();
  await shown(page, "Description").fill("from the shop");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("from the shop").waitFor();
  expect(await webhookNamed("shop")).toMatchObject({ template: null, signature: before?.signature });

  await page.getByRole("button", { name: "New address…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "How long the address stays valid" }).fill("2");
  await dialog.getByRole("button", { name: "Make a new address" }).click();
  await page.getByText("Copy it now").waitFor();
  await page.getByText("The address before is valid until").waitFor();

  await page.getByRole("link", { name: "Make an automation from this" }).click();
  await page.getByText("When any event of the webhook shop comes").waitFor();
  await shown(page, "Name").fill("hear the shop");
  await page.getByRole("button", { name: "Create the automation" }).click();
  await page.getByRole("heading", { name: "hear the shop" }).waitFor();
  expect(problems).toEqual([]);
  await close();
});

test("webhooks and automations are found, and switched off, by the search", async () => {
  const { page, problems, close } = await site.open("/webhooks");
  const search = await openSearch(page);
  await search.fill("pause hear");
  await page.getByRole("option", { name: "Pause hear the shop" }).click();
  await page.getByText("It is off, and counts no events.").waitFor();
  await openSearch(page);
  await search.fill("pause shop");
  await page.getByRole("option", { name: "Pause shop", exact: true }).click();
  await page.getByText("It is off: posts are refused with 409.").waitFor();
  await page.getByRole("link", { name: "Webhooks" }).first().click();
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: "shop", exact: true }) });
  await row.getByRole("switch", { name: "shop is off: switch it on" }).click();
  await row.getByRole("switch", { name: "shop is on: switch it off" }).waitFor();
  await row.getByRole("button", { name: "Actions on shop" }).click();
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete the webhook" }).click();
  await expect.poll(() => webhookNamed("shop")).toBeUndefined();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await row.waitFor({ state: "detached" });
  expect(problems).toEqual([]);
  await close();
});
