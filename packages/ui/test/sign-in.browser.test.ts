import { accessibilityProblems, type Page } from "@ostinato/testing/browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFlowNamed, startRun } from "./fixtures.ts";
import { startTlsProxy } from "./prefix-proxy.ts";
import { type Site, startSite } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await startSite({ authString: "änn:correct: horse" });
});
afterAll(() => site.close());

async function signIn(page: Page, password = "correct: horse"): Promise<void> {
  await page.getByLabel("User").fill("änn");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** What the browser's console says of answers that the page itself speaks of. */
const unexpected = (problems: readonly string[]) =>
  problems.filter((problem) => !/status of 401|WebSocket connection .* failed/.test(problem));

test("a page asks for the password, says that one is wrong, and then shows what was asked for, live", async () => {
  const { client } = site;
  const flowId = await createFlowNamed(client, "train");
  await startRun(client, { flowId, name: "earlier" });
  const { page, problems, close } = await site.open("/runs?since=7d");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  expect(await page.getByText("earlier").count()).toBe(0);
  expect(await page.getByLabel("User").evaluate((field) => field === document.activeElement)).toBe(true);

  await signIn(page, "wrong");
  await page.getByRole("alert").getByText("The user or the password is wrong.").waitFor();
  await page.getByLabel("Password").fill("correct: horse");
  await page.keyboard.press("Enter");
  const runs = page.getByRole("table", { name: "Runs" });
  await runs.getByRole("link", { name: "earlier", exact: true }).waitFor();
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/runs?since=7d");

  await startRun(client, { flowId, name: "later" });
  await runs.getByRole("link", { name: "later", exact: true }).waitFor();
  expect(unexpected(problems)).toEqual([]);
  await close();
});

test("who has signed in stays so over a reload, by a cookie that no script can read and no other site sends", async () => {
  const { page, close } = await site.open("/dashboard");
  await signIn(page);
  await page.getByRole("heading", { name: "Dashboard" }).waitFor();
  const [cookie, ...others] = await page.context().cookies();
  expect(others).toEqual([]);
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/", secure: false });
  expect(decodeURIComponent(cookie?.value ?? "")).not.toMatch(/correct|horse|nn/);
  expect(await page.evaluate(() => document.cookie)).toBe("");
  const asked: (readonly [string, number])[] = [];
  page.on("response", (answer) => answer.url().includes("/api/") && asked.push([answer.url(), answer.status()]));
  await page.reload();
  await page.getByRole("heading", { name: "Dashboard" }).waitFor();
  // On a busy machine the network may be idle before the page asks for anything.
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  await page.waitForLoadState("networkidle");
  expect(asked.filter(([, status]) => status === 401)).toEqual([]);
  await close();
});

test("the first steps say where the password goes", async () => {
  const { page, close } = await site.open("/artifacts");
  await signIn(page);
  const command = `OSTINATO_API_URL=${site.origin}/api OSTINATO_API_AUTH_STRING=user:password node report.ts`;
  await page.getByText(command).waitFor();
  await close();
});

test("who signs out has to sign in again, also in another tab", async () => {
  const { page, close } = await site.open("/flows");
  await signIn(page);
  await page.getByRole("heading", { name: "Flows" }).waitFor();
  const other = await page.context().newPage();
  await other.goto(`${site.origin}/artifacts`);
  await other.getByRole("heading", { name: "Artifacts" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  expect(await page.context().cookies()).toEqual([]);
  await other.getByRole("link", { name: "Flows" }).click();
  await other.getByRole("heading", { name: "Sign in" }).waitFor();
  await close();
});

test("a cookie that somebody has made or changed is nobody's", async () => {
  const { page, close } = await site.open("/dashboard");
  await signIn(page);
  await page.getByRole("heading", { name: "Dashboard" }).waitFor();
  const [cookie] = await page.context().cookies();
  const [until = "", signature = ""] = cookie?.value.split(".") ?? [];
  for (const value of [
    `${Number(until) + 1}.${signature}`,
    `${until}.`,
    `.${signature}`,
    until,
    "",
    `${until}.${until}`,
  ]) {
    const headers = { cookie: `${cookie?.name}=${value}` };
    expect([value, (await fetch(`${site.origin}/api/flows/filter`, { method: "POST", headers })).status]).toEqual([
      value,
      401,
    ]);
  }
  const good = { cookie: `${cookie?.name}=${cookie?.value}`, "content-type": "application/json" };
  const ask = (headers: Readonly<Record<string, string>>) =>
    fetch(`${site.origin}/api/flows/filter`, { method: "POST", headers: { ...good, ...headers }, body: "{}" });
  expect((await ask({})).status).toBe(200);
  // A page of another site can make a browser send it, and is refused for what it is.
  expect((await ask({ origin: "http://evil.example" })).status).toBe(403);
  await close();
});

test.each([
  { width: 1400, colorScheme: "light" as const },
  { width: 390, colorScheme: "dark" as const },
])("the sign-in has nothing that axe finds at $width in $colorScheme", async ({ width, colorScheme }) => {
  const { page, close } = await site.open("/runs", { viewport: { width, height: 844 }, colorScheme });
  await signIn(page, "wrong");
  await page.getByRole("alert").getByText("wrong").waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  expect(await page.title()).toBe("Sign in · Ostinato");
  await close();
});

test("where nobody is asked there is nothing to sign out of", async () => {
  const open = await startSite();
  const { page, close } = await open.open("/dashboard");
  await page.getByRole("heading", { name: "Dashboard" }).waitFor();
  expect(await page.getByRole("button", { name: "Sign out" }).count()).toBe(0);
  const refused = await fetch(`${open.origin}/api/ui/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"user":"a","password":"b"}',
  });
  expect([refused.status, await refused.json()]).toEqual([
    409,
    { detail: "This server asks nobody for a password.", code: "NO_PASSWORD_ASKED" },
  ]);
  await close();
  await open.close();
});

test("behind a proxy with TLS, under a name that the server does not know, somebody signs in and sees runs live", async () => {
  const proxy = await startTlsProxy(site.origin);
  const flowId = await createFlowNamed(site.client, "encrypted");
  const address = `https://runs.test:${proxy.port}/runs?flow=${flowId}`;
  const { page, problems, close } = await site.open(address, { ignoreHTTPSErrors: true });
  await signIn(page);
  await page.getByText("No run matches").waitFor();
  await startRun(site.client, { flowId, name: "through-tls" });
  await page.getByRole("table", { name: "Runs" }).getByRole("link", { name: "through-tls", exact: true }).waitFor();
  expect(page.url()).toBe(address);
  expect(unexpected(problems)).toEqual([]);
  await close();
  proxy.close();
});
