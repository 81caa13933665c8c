import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Browser, openPage, type Page, type Route } from "@ostinato/testing/browser";
import { smallPng } from "./small-png.ts";

/** A picture of a page. */
export interface PagePicture {
  readonly url: string;
  /** Where the PNG goes. */
  readonly file: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly deviceScaleFactor?: number;
  readonly colorScheme: "light" | "dark";
  /** What is done on the page before. */
  readonly act?: ((page: Page) => Promise<void>) | undefined;
}

export async function takePicture(browser: Browser, { url, file, act, ...looks }: PagePicture): Promise<void> {
  const { page, close } = await openPage(browser, looks);
  await page.route("**/api/**", withNeutralPaths);
  await page.goto(url, { waitUntil: "networkidle" });
  await page.locator("main :visible").first().waitFor();
  await act?.(page);
  await writeFile(file, smallPng(await page.screenshot()));
  await close();
}

/** Errors and logs of the examples name files of this checkout, which pictures show at a path that is of no machine. */
const checkout = fileURLToPath(new URL("../..", import.meta.url));
const shownCheckout = "/srv/ostinato/";

async function withNeutralPaths(route: Route): Promise<void> {
  // What the page asks for while it is closed has no answer.
  const response = await route.fetch().catch(() => undefined);
  if (response === undefined) return await route.abort().catch(() => undefined);
  const isJson = response.headers()["content-type"]?.includes("json") === true;
  if (!isJson) return await route.fulfill({ response });
  await route.fulfill({ response, body: (await response.text()).replaceAll(checkout, shownCheckout) });
}
