import { type Browser, launchBrowser } from "@ostinato/testing/browser";
import { buildUi } from "@ostinato/testing/ui-build";
import { type Group, group } from "../group.ts";
import { historySize, openHistory } from "../history/data.ts";
import { connect } from "../http-load.ts";
import { messageOf } from "../row.ts";
import { startTarget } from "../target.ts";
import { drawingWorks } from "../ui/drawing-works.ts";
import { pageWorks } from "../ui/page-works.ts";
import type { Stage } from "../ui/stage.ts";
import { open } from "../ui/viewer.ts";

const works = [...pageWorks, ...drawingWorks];

/** The pages in a real browser, on a server with the long history, against the budgets of the UI. */
export const ui: Group = {
  name: "ui",
  rows: works.flatMap(({ rows }) => rows.map(({ row }) => row)),
  async *measure(target, effort) {
    // A quick run measures the pages once, because they are the same on each database.
    if (target.peer || (effort.scale < 1 && target.database !== "sqlite")) return;
    const browser = await launchBrowser().catch((error: unknown) => {
      console.log(`… without the rows of ui: no browser can be started (${messageOf(error).split("\n")[0]})`);
    });
    if (browser === undefined) return;
    try {
      yield* seenIn(browser).measure(target, effort);
    } finally {
      await browser.close();
    }
  },
};

function seenIn(browser: Browser): Group {
  return group<Stage>({
    name: "ui",
    works,
    async open({ database }, effort) {
      await buildUi();
      const history = await openHistory(database, historySize(effort));
      const target = await startTarget({ database, databaseUrl: history.url });
      const server = connect(target.apiUrl, 4);
      const { origin } = new URL(target.apiUrl);
      // The very first page starts the browser's processes, and the server compresses its files.
      await (await open(browser, `${origin}/dashboard`, "main")).close();
      return {
        origin,
        server,
        browser,
        async close() {
          server.close();
          await target.stop();
          await history.dispose();
        },
      };
    },
    close: (stage) => stage.close(),
  });
}
