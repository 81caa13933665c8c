import { historyIds, historyRuns } from "@ostinato/testing/history";
import type { Work } from "../group.ts";
import { amount, type Effort, repeat } from "../row.ts";
import { setState, startRun } from "./scenes.ts";
import type { Stage } from "./stage.ts";
import { open } from "./viewer.ts";

interface PageAt {
  readonly name: string;
  readonly path: string;
  /** An element that appears with the page's data, not only with its frame. */
  readonly content: string;
  /** Whether it is part of a quick run. */
  readonly quick?: boolean;
}

const pages: readonly PageAt[] = [
  { name: "dashboard", path: "dashboard?since=30d", content: "main section h2", quick: true },
  { name: "runs", path: "runs", content: "main [role=row] a", quick: true },
  {
    name: "flow run",
    path: `runs/flow-run/${historyIds.flowRun(historyRuns.failed)}`,
    content: "main [role=tree]",
    quick: true,
  },
  { name: "task runs", path: "runs/task-runs", content: "main [role=row] a" },
  { name: "task run", path: `runs/task-run/${historyIds.taskRun(66)}`, content: "main h1" },
  { name: "flows", path: "flows", content: "main [role=row] a" },
  { name: "flow", path: `flows/flow/${historyIds.flow(3)}`, content: "main h1" },
  { name: "artifacts", path: "artifacts", content: "main ul[aria-label=Artifacts] a" },
  { name: "artifact", path: "artifacts/key/report-1", content: "main h1" },
  { name: "settings", path: "settings", content: "main dd" },
];

function firstContent({ name, path, content, quick = false }: PageAt): Work<Stage> {
  return {
    rows: [
      { row: `first content: ${name}`, unit: "ms" },
      { row: `JavaScript before it: ${name}`, unit: "KiB" },
    ],
    long: !quick,
    how: () =>
      `/${path} in a new context with an empty cache: from the navigation to the paint of its data; scripts as they come over the wire, compressed; goals: 300 ms, 200 KiB`,
    async measure({ browser, origin }, effort) {
      const sizes: number[] = [];
      const times = await repeat(effort.runs, async () => {
        const opened = await open(browser, `${origin}/${path}`, content);
        sizes.push(opened.scriptBytes / 1024);
        await opened.close();
        return opened.shownMillis;
      });
      return [times, sizes];
    },
  };
}

const wire: Work<Stage> = {
  rows: [{ row: "requests to show a page", unit: "requests" }],
  how: () => "calls of the API and websockets until nothing more is asked; one sample for each page; goal: 4",
  async measure({ browser, origin }, { scale }) {
    const counts: number[] = [];
    for (const { path, content } of pages.filter(({ quick = false }) => quick || scale === 1)) {
      const { page, asked, close } = await open(browser, `${origin}/${path}`, content);
      await page.waitForLoadState("networkidle");
      counts.push(asked.length);
      await close();
    }
    return [counts];
  },
};

const idleSeconds = (effort: Effort) => amount(effort, 20, 2);

const idle: Work<Stage> = {
  rows: [
    { row: "requests while idle", unit: "requests" },
    { row: "websockets while idle", unit: "requests" },
  ],
  how: (effort) =>
    `the page of a run that goes on, for ${idleSeconds(effort)} s in which nothing happens; goals: none, and one`,
  async measure({ browser, origin, server }, effort) {
    const id = await startRun(server, "idle");
    const { page, asked, close } = await open(browser, `${origin}/runs/flow-run/${id}`, "main h1");
    await page.waitForLoadState("networkidle");
    const before = asked.length;
    await page.waitForTimeout(idleSeconds(effort) * 1000);
    const sockets = asked.filter((path) => path.endsWith("/live")).length;
    const samples = [[asked.length - before], [sockets]];
    await close();
    await setState(server, id, "COMPLETED");
    return samples;
  },
};

interface Watched {
  readonly path: (flowRunId: string) => string;
  readonly where: (flowRunId: string) => string;
}

function change(name: string, { path, where }: Watched): Work<Stage> {
  const count = (effort: Effort) => amount(effort, 60, 5);
  return {
    rows: [{ row: `a change until it shows: ${name}`, unit: "ms" }],
    how: (effort) =>
      `from sending set_state to the paint of the state's name; ${count(effort)} times, one by one; goal: 150 ms`,
    async measure({ browser, origin, server }, effort) {
      const id = await startRun(server, "watched");
      const there = where(id);
      const { page, close } = await open(browser, `${origin}/${path(id)}`, there);
      await page.waitForLoadState("networkidle");
      const samples: number[] = [];
      for (let index = 0; index < count(effort); index += 1) {
        const [type, label] = index % 2 === 0 ? ["PAUSED", "Paused"] : ["RUNNING", "Running"];
        await page.evaluate(`probe.next = probe.says(${JSON.stringify(there)}, ${JSON.stringify(label)}); 0`);
        const begun = performance.now();
        await setState(server, id, type ?? "");
        await page.evaluate("probe.next");
        samples.push(performance.now() - begun);
      }
      await close();
      await setState(server, id, "COMPLETED");
      return [samples];
    },
  };
}

export const pageWorks: readonly Work<Stage>[] = [
  ...pages.map(firstContent),
  wire,
  idle,
  change("a row of the list of runs", { path: () => "runs", where: (id) => `[role=row]:has(a[href*="${id}"])` }),
  change("the header of a run", { path: (id) => `runs/flow-run/${id}`, where: () => "main header" }),
];
