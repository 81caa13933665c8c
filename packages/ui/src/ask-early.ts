import { parseSearch } from "./address.ts";
import type { LiveTopic } from "./api/types.ts";
import { readArtifactListSearch } from "./artifacts/artifacts-search.ts";
import { basePath, liveAddress } from "./base-path.ts";
import { readDashboardSearch } from "./dashboard/dashboard-search.ts";
import type { EarlyLive } from "./early.ts";
import { asked, type FirstQuery, type FirstQuestions, firstQuestions } from "./first-questions.ts";
import { readFlowRunSearch } from "./flow-run/flow-run-search.ts";
import { readFlowListSearch, readFlowSearch } from "./flows/flows-search.ts";
import { readRunsSearch } from "./runs/runs-search.ts";
import { readTaskRunsSearch } from "./task-runs/task-runs-search.ts";

// Stands in the document itself: the server looks for what the page will show while the browser reads the program.

/** Below the page's base; the build writes its name. */
declare const graphWorkerFile: string | undefined;

const questions = questionsOf(location.pathname.slice(basePath.length).split("/").map(decodeURIComponent));
if (questions !== undefined) {
  // First the connection: what changes after the answers were made must not pass unheard.
  const live = questions.topic === undefined ? undefined : listen(questions.topic);
  const answers = questions.queries.map((query) => [JSON.stringify(query.queryKey), ask(query)] as const);
  globalThis.ostinatoEarly = { answers: new Map(answers), live, graphWorker: startGraphWorker() };
}

/** Its program takes longer to be read than all the rest of the page. */
function startGraphWorker(): Worker | undefined {
  const { view } = readFlowRunSearch(parseSearch(location.search));
  if (view !== "graph" || typeof graphWorkerFile === "undefined") return undefined;
  return new Worker(new URL(graphWorkerFile, document.baseURI));
}

function questionsOf([noun = "", ...rest]: readonly string[]): FirstQuestions | undefined {
  const search = parseSearch(location.search);
  const [kind = "", id = ""] = rest;
  switch ([noun, ...(rest.length === 2 ? [kind] : rest)].join("/")) {
    case "":
    case "dashboard":
      return firstQuestions.dashboard(readDashboardSearch(search));
    case "runs":
      return firstQuestions.runs(readRunsSearch(search));
    case "runs/task-runs":
      return firstQuestions.taskRuns(readTaskRunsSearch(search));
    case "runs/flow-run":
    case "flow-runs/flow-run":
      return firstQuestions.flowRun(id);
    case "runs/task-run":
    case "flow-runs/task-run":
      return firstQuestions.taskRun(id);
    case "flows":
      return firstQuestions.flows(readFlowListSearch(search));
    case "flows/flow":
      return firstQuestions.flow(id, readFlowSearch(search).days);
    case "artifacts":
      return firstQuestions.artifacts(readArtifactListSearch(search));
    case "artifacts/key":
      return firstQuestions.artifactKey(id);
    case "artifacts/artifact":
      return firstQuestions.artifact(id);
    case "settings":
      return firstQuestions.settings();
    default:
      return undefined;
  }
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
