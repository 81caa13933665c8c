import type { Work } from "../group.ts";
import type { Connections } from "../http-load.ts";
import { amount, type Effort } from "../row.ts";
import { move, pan, scrollDown, zoom } from "./hands.ts";
import { failingLine, runOfLines, runOfTasks, type Scene } from "./scenes.ts";
import type { Stage } from "./stage.ts";
import { framesPerSecond, framesWhile, open } from "./viewer.ts";

const movingMillis = (effort: Effort) => amount(effort, 3000, 1000);
const scenes = new WeakMap<Connections, Map<number, Promise<Scene>>>();

/** A run with this many tasks, recorded once per server. */
function tasksOn(server: Connections, count: number): Promise<Scene> {
  const known = scenes.get(server) ?? new Map<number, Promise<Scene>>();
  scenes.set(server, known);
  const scene = known.get(count) ?? runOfTasks(server, count);
  known.set(count, scene);
  return scene;
}

interface Drawn {
  readonly count: number;
  readonly name: string;
  readonly query: string;
  readonly content: string;
  readonly drawing: string;
  readonly goal: string;
}

function timelineOf(count: number): Work<Stage> {
  return drawn({
    count,
    name: "timeline",
    query: "",
    content: "[role=tree] [role=treeitem]",
    drawing: "[role=tree]",
    goal: count > 1000 ? "usable" : "500 ms, then 60 frames/s",
  });
}

function graphOf(count: number): Work<Stage> {
  return drawn({
    count,
    name: "graph",
    query: "?view=graph",
    content: "ul[aria-label^='Task runs and their'] button",
    drawing: "[data-graph-frame]",
    goal: count > 1000 ? "usable" : "500 ms, then 60 frames/s",
  });
}

function drawn({ count, name, query, content, drawing, goal }: Drawn): Work<Stage> {
  const what = `run of ${count.toLocaleString("en")} tasks, ${name}`;
  return {
    rows: [
      { row: `${what}: drawn`, unit: "ms" },
      { row: `${what}: panned and zoomed`, unit: "frames/s" },
      { row: `${what}: each frame`, unit: "ms" },
    ],
    long: count > 1000 || name === "graph",
    how: (effort) =>
      `40 tasks called again and again; from the navigation, cold, to the paint; then the wheel sideways and with Ctrl for ${movingMillis(effort) / 1000} s each; goal: ${goal}`,
    async measure({ browser, origin, server }, effort) {
      const { path } = await tasksOn(server, count);
      const shown: number[] = [];
      const rates: number[] = [];
      const frames: number[] = [];
      for (let look = 0; look < effort.runs; look += 1) {
        const { page, shownMillis, close } = await open(browser, `${origin}/${path}${query}`, content);
        shown.push(shownMillis);
        await page.waitForLoadState("networkidle");
        const intervals = await framesWhile(page, async () => {
          await page.keyboard.down("Control");
          await move(page, drawing, movingMillis(effort), zoom);
          await page.keyboard.up("Control");
          await move(page, drawing, movingMillis(effort), pan);
        });
        rates.push(framesPerSecond(intervals));
        frames.push(...intervals);
        await close();
      }
      return [shown, rates, frames];
    },
  };
}

const lines = (effort: Effort) => amount(effort, 100_000);

const longLog: Work<Stage> = {
  rows: [
    { row: "log of 100,000 lines: opens at the failure", unit: "ms" },
    { row: "log of 100,000 lines: scrolled", unit: "frames/s" },
    { row: "log of 100,000 lines: each frame", unit: "ms" },
  ],
  long: true,
  how: (effort) =>
    `from the navigation, cold, to the paint of the line that failed; then the wheel for ${movingMillis(effort) / 1000} s; goal: 300 ms, then 60 frames/s`,
  async measure({ browser, origin, server }, effort) {
    const { path } = await runOfLines(server, lines(effort));
    const shown: number[] = [];
    const rates: number[] = [];
    const frames: number[] = [];
    for (let look = 0; look < effort.runs; look += 1) {
      const { page, shownMillis, close } = await open(browser, `${origin}/${path}`, "main [role=log] [data-index]");
      if (!(await page.locator("main [role=log]").getByText(failingLine).isVisible()))
        throw new Error("It did not open at the failure");
      shown.push(shownMillis);
      await page.locator("main [role=log]").scrollIntoViewIfNeeded();
      const intervals = await framesWhile(page, () => move(page, "main [role=log]", movingMillis(effort), scrollDown));
      rates.push(framesPerSecond(intervals));
      frames.push(...intervals);
      await close();
    }
    return [shown, rates, frames];
  },
};

export const drawingWorks: readonly Work<Stage>[] = [
  ...[1000, 10_000].flatMap((count) => [timelineOf(count), graphOf(count)]),
  longLog,
];
