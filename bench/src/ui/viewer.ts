import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "@ostinato/testing/browser";

const probe = readFileSync(fileURLToPath(new URL("./probe.js", import.meta.url)), "utf8");

/** A page opened by a first-time visitor. */
export interface Opened {
  readonly page: Page;
  /** Milliseconds from the navigation to the paint of the awaited element. */
  readonly shownMillis: number;
  /** Paths of API calls and websockets so far. */
  readonly asked: readonly string[];
  /** Transferred bytes of scripts until then. */
  readonly scriptBytes: number;
  close(): Promise<void>;
}

/** Opens an address in a new context with an empty cache, and waits until `selector` is on the screen. */
export async function open(browser: Browser, address: string, selector: string): Promise<Opened> {
  const context = await browser.newContext({
    locale: "en-GB",
    timezoneId: "UTC",
    viewport: { width: 1400, height: 900 },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const asked: string[] = [];
  const scripts = new Set<string>();
  let scriptBytes = 0;
  const wire = await context.newCDPSession(page);
  await wire.send("Network.enable");
  wire.on("Network.responseReceived", ({ type, requestId }) => type === "Script" && scripts.add(requestId));
  wire.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) scriptBytes += encodedDataLength;
  });
  page.on("request", (request) => request.url().includes("/api/") && asked.push(new URL(request.url()).pathname));
  page.on("websocket", (socket) => asked.push(new URL(socket.url()).pathname));
  await context.addInitScript(`${probe}\nprobe.first = probe.shown(${JSON.stringify(selector)});`);
  await page.goto(address, { waitUntil: "commit" });
  const shownMillis = await page.evaluate<number>("probe.first");
  return { page, shownMillis, asked, scriptBytes, close: () => context.close() };
}

/** Milliseconds between the frames painted during `act`. */
export async function framesWhile(page: Page, act: () => Promise<void>): Promise<readonly number[]> {
  await page.evaluate("probe.startFrames()");
  await act();
  return page.evaluate<readonly number[]>("probe.stopFrames()");
}

export function framesPerSecond(intervals: readonly number[]): number {
  return (intervals.length * 1000) / intervals.reduce((sum, interval) => sum + interval, 0);
}
