import { present, type RawSearch, textIn } from "../address.ts";

export interface QuestionSearch {
  /** The id of a question; by default the last one of the run. */
  readonly question?: string;
}

export function readQuestionSearch(search: RawSearch): QuestionSearch {
  return present({ question: textIn(search, "question") });
}
