import type { Work } from "../group.ts";
import { type Connections, load } from "../http-load.ts";
import { amount, type Effort } from "../row.ts";
import { describe, historySize } from "./data.ts";
import type { Asked, Question } from "./questions.ts";

export interface HistoryStage {
  readonly server: Connections;
  readonly asked: Asked;
  /** Starts writing in the background, unless it has started. */
  startWriting(): Promise<void>;
  close(): Promise<void>;
}

/** Requests, and whether peers support them. */
export interface Asking {
  readonly questions: readonly Question[];
  readonly peers: boolean;
}

/** A row for each request at rest, and then one with sixteen writers, which are never stopped again. */
export function questionWorks(askings: readonly Asking[]): readonly Work<HistoryStage>[] {
  const atRest = askings.flatMap(({ questions, peers }) =>
    questions.map((question) => ({ ...work(question, questionRow(question), "at rest"), peers })),
  );
  const questions = askings.flatMap((asking) => asking.questions);
  const whileWriting = questions.map((question): Work<HistoryStage> => {
    const asking = work(
      question,
      `${questionRow(question)}, 16 writers`,
      "while 16 connections of another process create flow runs and move them",
    );
    return {
      ...asking,
      async measure(stage, effort) {
        await stage.startWriting();
        return asking.measure(stage, effort);
      },
    };
  });
  return [...atRest, ...whileWriting];
}

function questionRow({ name }: Pick<Question, "name">): string {
  return `history: ${name}`;
}

function work(question: Question, row: string, when: string): Work<HistoryStage> {
  const count = (effort: Effort) => amount(effort, 100, 10);
  return {
    rows: [{ row, unit: "ms" }],
    how: (effort) =>
      `${question.method} ${question.path.replace(/[0-9a-f-]{36}/, "{id}")}, ${when}, on ${describe(historySize(effort))}; up to ${count(effort)} times for at most 2 s, the whole answer at the client`,
    async measure({ server, asked }, effort) {
      const body = question.body?.(asked);
      const ask = () => server.send(question.method, question.path, body);
      const { status, text } = await ask();
      if (status >= 400) throw new Error(`${question.path} answered ${status}: ${text.slice(0, 200)}`);
      const enough = performance.now() + maxMillis;
      const latencies: number[] = [];
      while (latencies.length < count(effort) && (performance.now() < enough || latencies.length < 5)) {
        latencies.push(...(await load(1, 1, ask)).latencies);
      }
      return [latencies];
    },
  };
}

/** Bounds the time of one row: slow requests are repeated less often. */
const maxMillis = 2000;
