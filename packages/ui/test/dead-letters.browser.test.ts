import { randomUUID } from "node:crypto";
import { accessibilityProblems } from "@ostinato/testing/browser";
import { writeDeadLetters } from "@ostinato/testing/dead-letters";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Site, startSite } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

test("dead letters are listed with their reasons, and are retried or discarded", async () => {
  const { page, problems, close } = await site.open("/settings");
  await page.getByRole("heading", { name: "Dead letters" }).waitFor();
  await page.getByText("There are no dead letters.").waitFor();
  const letters = ["disk is full", "row is locked", "no such column"].map((reason) => ({ ref: randomUUID(), reason }));
  writeDeadLetters(site.databaseFile, letters);
  await page.reload();
  const rows = page.getByRole("list", { name: "Dead letters" }).getByRole("listitem");
  await page.getByText("disk is full").waitFor();
  expect(await rows.allTextContents()).toEqual([
    expect.stringContaining("no such column"),
    expect.stringContaining("row is locked"),
    expect.stringContaining("disk is full"),
  ]);
  expect(await accessibilityProblems(page)).toEqual([]);

  await rows.filter({ hasText: "disk is full" }).getByRole("button", { name: "Retry" }).click();
  await page.getByText("disk is full").waitFor({ state: "detached" });
  await rows.filter({ hasText: "row is locked" }).getByRole("button", { name: "Discard" }).click();
  const dialog = page.getByRole("dialog", { name: "Discard 1 dead letter" });
  await dialog.getByRole("button", { name: "Discard" }).click();
  await page.getByText("row is locked").waitFor({ state: "detached" });
  await page.getByText("no such column").waitFor();

  writeDeadLetters(site.databaseFile, [{ ref: randomUUID(), reason: "disk is full again" }]);
  await page.reload();
  await page.getByRole("button", { name: "Retry all" }).click();
  await page.getByText("There are no dead letters.").waitFor();
  expect(problems).toEqual([]);
  await close();
});
