import { parseSearch } from "./address.ts";
import type { LiveTopic } from "./api/types.ts";
import { basePath, liveAddress } from "./base-path.ts";
import { asked, type FirstQuery } from "./define-page.ts";
import type { EarlyLive } from "./early.ts";
import { pageAt } from "./early-page.ts";
import { readFlowRunSearch } from "./flow-run/flow-run-search.ts";
import { flowRunPage } from "./flow-run/page.ts";
import { pages } from "./pages.ts";

// Runs inline in the document, so that the server answers the page's first queries while the browser loads the program.

/** Paths below the page's base; the build inserts the names. */
declare const graphWorkerFile: string | undefined;
declare const flowRunFile: string | undefined;

const search = parseSearch(location.search);
const found = pageAt(pages, location.pathname.slice(basePath.length));
if (found !== undefined) {
  const { page, params } = found;
  if (page.path === flowRunPage.path) fetchFlowRunPage();
  // Connect first, so that no change after the answers is missed.
  const live = page.topic === undefined ? undefined : listen(page.topic(params));
  const known = page.search?.(search) ?? search;
  const queries = page.questions({ params, search: page.searchDeps?.(known) ?? known });
  const answers = queries.map((query) => [JSON.stringify(query.queryKey), ask(query)] as const);
  globalThis.ostinatoEarly = { answers: new Map(answers), live, graphWorker: startGraphWorker() };
}

/** In parallel with the program, which would ask for it only once it runs. */
function fetchFlowRunPage(): void {
  if (typeof flowRunFile === "undefined") return;
  const link = document.createElement("link");
  link.rel = "modulepreload";
  link.href = new URL(flowRunFile, document.baseURI).href;
  document.head.append(link);
}

/** The worker's program takes longer to load than the rest of the page. */
function startGraphWorker(): Worker | undefined {
  const { view } = readFlowRunSearch(search);
  if (view !== "graph" || typeof graphWorkerFile === "undefined") return undefined;
  return new Worker(new URL(graphWorkerFile, document.baseURI));
}

function listen(topic: LiveTopic): EarlyLive {
  const socket = new WebSocket(liveAddress);
  const live: EarlyLive = { socket, missed: false };
  socket.onopen = () => socket.send(JSON.stringify({ type: "subscribe", id: 1, topic }));
  socket.onmessage = ({ data }: MessageEvent<string>) => {
    live.missed ||= !data.startsWith('{"type":"subscribed"');
  };
  return live;
}

function ask(query: FirstQuery): Promise<unknown> {
  const answer = asked(query, { pageParam: query.initialPageParam, signal: new AbortController().signal });
  answer.catch(() => {}); // The program may not have taken it over yet.
  return answer;
}
