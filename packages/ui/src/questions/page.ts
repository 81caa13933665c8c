import { definePage } from "../define-page.ts";
import { readQuestionSearch } from "./question-search.ts";
import { questionQuery } from "./questions.queries.ts";

const loadForm = () => import("./answer-form.tsx");

export const answerPage = definePage({
  path: "/runs/flow-run/$id/answer",
  search: readQuestionSearch,
  questions: ({ params, search }) => [questionQuery(params.id, search.question)],
  topic: ({ id }) => ({ kind: "flow-run", flow_run_id: id }),
  isAlone: true,
  hits: { kind: "question", label: "Waits for you", icon: "bell" },
  load: () => import("./answer-page.tsx").then((module) => module.AnswerPage),
  beside: () => [loadForm],
});
