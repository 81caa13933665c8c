import { parseSearch } from "./address.ts";
import type { LiveTopic } from "./api/types.ts";
import { basePath, liveAddress } from "./base-path.ts";
import { asked, type FirstQuery } from "./define-page.ts";
import type { EarlyLive } from "./early.ts";
import { pageAt } from "./early-page.ts";
import { readFlowRunSearch } from "./flow-run/flow-run-search.ts";
import { pages } from "./pages.ts";

// Stands in the document itself: the server looks for what the page will show while the browser reads the program.

/** Below the page's base; the build writes its name. */
declare const graphWorkerFile: string | undefined;

const search = parseSearch(location.search);
const found = pageAt(pages, location.pathname.slice(basePath.length));
if (found !== undefined) {
  const { page, params } = found;
  // First the connection: what changes after the answers were made must not pass unheard.
  const live = page.topic === undefined ? undefined : listen(page.topic(params));
  const known = page.search?.(search) ?? search;
  const queries = page.questions({ params, search: page.searchDeps?.(known) ?? known });
  const answers = queries.map((query) => [JSON.stringify(query.queryKey), ask(query)] as const);
  globalThis.ostinatoEarly = { answers: new Map(answers), live, graphWorker: startGraphWorker() };
}

/** Its program takes longer to be read than all the rest of the page. */
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
  answer.catch(() => {}); // Nobody may have taken it over yet.
  return answer;
}
