import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessibilityProblems, launchBrowser, openPage } from "./browser.ts";

let browser: Browser;
let server: Server;
let origin: string;

const documents: Readonly<Record<string, string>> = {
  "/good": `<!doctype html><html lang="en"><title>Good</title><link rel="icon" href="data:,"><main><h1>Größe Ελλάδα</h1></main>`,
  "/unlabelled": `<!doctype html><html lang="en"><title>Bad</title><link rel="icon" href="data:,"><main><input></main>`,
  "/throws": `<!doctype html><link rel="icon" href="data:,"><script>throw new Error("on purpose")</script>`,
  "/elsewhere": `<!doctype html><link rel="icon" href="data:,"><img src="http://example.invalid/x.png">`,
};

beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(documents[request.url ?? ""]);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  server.close();
});

it("shows a page, with text beyond ASCII in a font that has it", async () => {
  const { page, problems, close } = await openPage(browser);
  await page.goto(`${origin}/good`);
  const heading = page.getByRole("heading", { name: "Größe Ελλάδα" });
  expect(await heading.isVisible()).toBe(true);
  expect((await heading.boundingBox())?.width).toBeGreaterThan(10);
  expect(problems).toEqual([]);
  expect(await accessibilityProblems(page)).toEqual([]);
  await close();
});

it("reports what axe finds", async () => {
  const { page, close } = await openPage(browser);
  await page.goto(`${origin}/unlabelled`);
  expect(await accessibilityProblems(page)).toEqual([expect.stringMatching(/^label: .*input/)]);
  await close();
});

it("notes exceptions, and keeps pages from reaching other machines", async () => {
  const { page, problems, close } = await openPage(browser);
  await page.goto(`${origin}/throws`);
  expect(problems).toEqual([expect.stringContaining("on purpose")]);
  await page.goto(`${origin}/elsewhere`);
  expect(problems).toContain("request to another machine: http://example.invalid/x.png");
  await close();
});
