import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { filterFlowRuns } from "@ostinato/protocol";
import { accessibilityProblems } from "@ostinato/testing/browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Site, startSite } from "./site.ts";

let site: Site;
let home: string;

beforeAll(async () => {
  site = await startSite();
  home = await mkdtemp(join(tmpdir(), "ostinato-questions-"));
});

afterAll(async () => {
  await site.close();
  await rm(home, { recursive: true });
});

const python = process.env.PREFECT_PYTHON;
const example = (file: string) => fileURLToPath(new URL(`../../../examples/approval/src/${file}`, import.meta.url));

/** Starts the program of the example, which asks once whether to order its forecasts. */
function start(command: string, file: string) {
  const child = spawn(command, [example(file)], {
    env: {
      ...process.env,
      OSTINATO_API_URL: `${site.origin}/api`,
      OSTINATO_HOME: home,
      PREFECT_API_URL: `${site.origin}/api`,
      PREFECT_HOME: home,
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let said = "";
  child.stdout.on("data", (part) => {
    said += String(part);
  });
  return once(child, "close").then(() => said.trim().split("\n"));
}

async function pausedRun(): Promise<string> {
  let id = "";
  const look = async () => {
    const paused = { state: { type: { any_: ["PAUSED" as const] } } };
    const [run] = await site.client.call(filterFlowRuns, { body: { flow_runs: paused } });
    id = run?.id ?? "";
    return id;
  };
  await expect.poll(look, { timeout: 60_000, interval: 250 }).not.toBe("");
  return id;
}

test.each([
  ["TypeScript", "main.ts", process.execPath as string | undefined],
  ["Python, where PREFECT_PYTHON has Prefect's client", "approval.py", python],
])(
  "a program in %s asks, is answered on a phone by the link, and goes on",
  async (...given) => {
    const [, file, command] = given;
    if (command === undefined) return;
    const ordered = start(command, file);
    const id = await pausedRun();
    const { page, problems, close } = await site.open(`/runs/flow-run/${id}/answer`, {
      viewport: { width: 390, height: 844 },
    });
    await page.getByRole("heading", { name: "Order this bread for tomorrow?", level: 1 }).waitFor();
    await page.getByRole("cell", { name: "Incheon" }).waitFor();
    await page.getByText("8 h left").waitFor();
    const send = page.getByRole("button", { name: "Answer and resume" });
    await send.click();
    await page.getByRole("alert").getByText("One field is missing or wrong: Approved.").waitFor();
    const extra = page.getByRole("textbox", { name: /^Extra percent$/i });
    expect(await extra.inputValue()).toBe("0");
    await extra.fill("200");
    await page.getByRole("radiogroup", { name: "Approved" }).getByRole("radio", { name: "Yes" }).check();
    await page.getByText("At most 100.").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await extra.fill("50");
    await page.getByRole("button", { name: "Add to Changes" }).click();
    await page.getByRole("textbox", { name: "Shop" }).fill("Seoul");
    await page.getByRole("textbox", { name: "Loaves" }).fill("90");
    await send.click();
    await page.getByRole("heading", { name: "Thank you" }).waitFor();
    expect(await ordered).toEqual(["Busan: 42", "Incheon: 51", "Seoul: 90"]);
    await page.reload();
    await page.getByRole("heading", { name: "Answered already" }).waitFor();
    expect(problems).toEqual([]);
    await close();
  },
  120_000,
);
