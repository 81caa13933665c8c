import type { HistorySize } from "@ostinato/testing/history";
import { type Group, group } from "../group.ts";
import { historySize, openHistory } from "../history/data.ts";
import { askedOf, clientQuestions, eventQuestions, pageQuestions } from "../history/questions.ts";
import { type HistoryStage, questionWorks } from "../history/works.ts";
import { writersOn } from "../history/writers.ts";
import { connect } from "../http-load.ts";
import { startPrefect } from "../peers/prefect.ts";
import { openPrefectHistory } from "../peers/prefect-history.ts";
import { startTarget, type Target } from "../target.ts";

/** Requests of pages and clients to a server with a long history, at rest and under writes. */
export const history: Group = group<HistoryStage>({
  name: "history",
  async open(measured, effort) {
    const { data, target } = await startOnHistory(measured, historySize(measured.peer ? fullHistory : effort));
    const server = connect(target.apiUrl, 1);
    const writers = writersOn(target.apiUrl);
    return {
      server,
      asked: measured.peer ? { end: data.end, cursorOfPage500: null } : await askedOf(server, data),
      startWriting: () => writers.start(),
      async close() {
        await writers.stop();
        server.close();
        await target.stop();
        await data.dispose();
      },
    };
  },
  close: (stage) => stage.close(),
  works: questionWorks([
    { questions: [...pageQuestions, ...eventQuestions], peers: false },
    { questions: clientQuestions, peers: true },
  ]),
});

/** Peers get fewer requests, but about the same rows. */
const fullHistory = { scale: 1 };

async function startOnHistory({ database, peer, flows }: Target, size: HistorySize) {
  if (peer) {
    const python = flows.program;
    const data = await openPrefectHistory({ python, database, size });
    return { data, target: await startPrefect({ python, database, databaseUrl: data.url }) };
  }
  const data = await openHistory(database, size);
  return { data, target: await startTarget({ database, databaseUrl: data.url }) };
}
