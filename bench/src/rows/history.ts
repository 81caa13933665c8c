import { type Group, group } from "../group.ts";
import { historySize, openHistory } from "../history/data.ts";
import { askedOf, clientQuestions, pageQuestions } from "../history/questions.ts";
import { type HistoryStage, questionWorks } from "../history/works.ts";
import { writersOn } from "../history/writers.ts";
import { connect } from "../http-load.ts";
import { startTarget } from "../target.ts";

/** What pages and clients ask, on a server with a long history, at rest and while others write. */
export const history: Group = group<HistoryStage>({
  name: "history",
  async open({ database }, effort) {
    const data = await openHistory(database, historySize(effort));
    const target = await startTarget({ database, databaseUrl: data.url });
    const server = connect(target.apiUrl, 1);
    const writers = writersOn(target.apiUrl);
    return {
      server,
      asked: await askedOf(server, data),
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
  works: questionWorks([...pageQuestions, ...clientQuestions]),
});
