import { type Group, group, type Work } from "../group.ts";
import { describe, historySize, openHistory, sizeOfEvents } from "../history/data.ts";
import { type Connections, connect } from "../http-load.ts";
import { amount, type Effort } from "../row.ts";
import { startTarget } from "../target.ts";

interface Stage {
  readonly server: Connections;
  /** When the last event occurred, in milliseconds. */
  readonly end: number;
  close(): Promise<void>;
}

const hour = 3_600_000;
const bars = 60;
/** No event has one of these words: each is looked for in every text of each event. */
const text = "of no event";
const stepsOfSearch = 5;

/** What the page of events asks: a page of the list, the chart and the names to choose from. */
export const eventPage: Group = group<Stage>({
  name: "event-page",
  async open({ database }, effort) {
    const data = await openHistory(database, historySize(effort, sizeOfEvents));
    const target = await startTarget({ database, databaseUrl: data.url });
    const server = connect(target.apiUrl, 2);
    return {
      server,
      end: data.end.getTime(),
      async close() {
        server.close();
        await target.stop();
        await data.dispose();
      },
    };
  },
  close: (stage) => stage.close(),
  works: [
    opening("the last day", 24),
    opening("7 days", 7 * 24),
    opening("30 days", 30 * 24),
    opening("30 days, one type", 30 * 24, { types: ["prefect.task-run.Failed"] }),
    opening("30 days, types that begin so", 30 * 24, { types: ["order."] }),
    opening("30 days, a text", 30 * 24, {}, text),
    lookingFurther(),
  ],
});

const routes = ["/ui/events/list", "/ui/events/counts"] as const;

function opening(name: string, hours: number, asked: object = {}, text?: string): Work<Stage> {
  const count = (effort: Effort) => amount(effort, 40, 5);
  return {
    rows: [{ row: `events page, ${name}`, unit: "ms" }],
    how: (effort) =>
      `${count(effort)} times both requests of the page, on ${describe(historySize(effort, sizeOfEvents))}; the server's own time for them together, as its metrics tell it`,
    async measure({ server, end }, effort) {
      const since = end - hours * hour;
      const edges = Array.from({ length: bars + 1 }, (_, index) => at(since + ((end - since) * index) / bars));
      const bodies = [
        { asked: { ...asked, since: at(since), until: at(end) }, text },
        { asked, edges },
      ];
      const open = () => Promise.all(routes.map((route, index) => server.json("POST", route, bodies[index])));
      await open();
      const samples: number[] = [];
      for (let opened = 0; opened < count(effort); opened += 1) {
        const before = await millisOf(server);
        await open();
        samples.push((await millisOf(server)) - before);
      }
      return [samples];
    },
  };
}

/** The page of a search goes on by itself: each step is a request from where the one before has come to. */
function lookingFurther(): Work<Stage> {
  const count = (effort: Effort) => amount(effort, 10, 2);
  return {
    rows: [{ row: "events page, 30 days, a text, one of its further steps", unit: "ms" }],
    how: (effort) =>
      `${count(effort)} times the ${stepsOfSearch} steps that the page goes back by itself, on ${describe(historySize(effort, sizeOfEvents))}; the server's own time for each`,
    async measure({ server, end }, effort) {
      const asked = { since: at(end - 30 * 24 * hour), until: at(end) };
      const samples: number[] = [];
      for (let search = 0; search < count(effort); search += 1) {
        let cursor: string | null = null;
        for (let step = 0; step < stepsOfSearch && (step === 0 || cursor !== null); step += 1) {
          const before = await millisOf(server);
          const found: { readonly next: string | null } = await server.json("POST", routes[0], { asked, text, cursor });
          samples.push((await millisOf(server)) - before);
          cursor = found.next;
        }
      }
      return [samples];
    },
  };
}

function at(millis: number): string {
  return new Date(millis).toISOString();
}

/** How long the server has worked on requests of the page until now. */
async function millisOf(server: Connections): Promise<number> {
  const { text } = await server.send("GET", "/metrics");
  const seconds = routes.map((route) => {
    const found = new RegExp(`_request_duration_seconds_sum\\{[^}]*route="/api${route}"[^}]*\\} (\\S+)`).exec(text);
    return Number(found?.[1] ?? 0);
  });
  return seconds.reduce((sum, each) => sum + each, 0) * 1000;
}
