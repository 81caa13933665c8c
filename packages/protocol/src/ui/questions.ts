import type { Static } from "typebox";
import { route } from "../route.ts";
import { ById, Enum, JsonObject, Maybe, Moment, Nullable, Open, StateTypeName, Type, Uuid } from "../schema.ts";
import { pagesTag } from "./tag.ts";

const asked = {
  /** The id of the PAUSED state: a run may ask several times. */
  id: Uuid,
  flow_run_id: Uuid,
  /** Null where the program gives none. */
  title: Nullable(Type.String()),
  asked: Moment,
  /** When the run fails if nobody has answered. */
  until: Nullable(Moment),
  /** Whether the process of the run has ended: the run starts again after the answer. */
  is_suspended: Type.Boolean(),
};

/** What a paused run asks of people. */
export const Question = Open({
  ...asked,
  /** Markdown. */
  description: Nullable(Type.String()),
  /** The JSON Schema of the answer; null where the run only waits to be resumed. */
  schema: Nullable(JsonObject),
  /** The run has paused for an answer, and its program has not sent the schema yet. */
  is_schema_missing: Type.Boolean(),
  /** The task run that was called last among those that had ended before. */
  after: Nullable(Open({ id: Uuid, name: Type.String() })),
});
export type Question = Static<typeof Question>;

/** A question in a list: with the first 500 characters of its description, and without its schema. */
export const QuestionInList = Open({
  ...asked,
  summary: Nullable(Type.String()),
  has_input: Type.Boolean(),
  flow_run_name: Type.String(),
  flow_name: Type.String(),
});
export type QuestionInList = Static<typeof QuestionInList>;

/** `timed-out`: nobody answered in time. `ended`: the run went into another state for another reason. */
export const questionOutcomes = ["open", "answered", "timed-out", "cancelled", "ended"] as const;

export const QuestionPage = Open({
  flow_run: Open({
    id: Uuid,
    name: Type.String(),
    flow_name: Type.String(),
    state_type: Nullable(StateTypeName),
    state_name: Nullable(Type.String()),
  }),
  /** Null where the run has not asked anything, or nothing under this id. */
  question: Nullable(Question),
  outcome: Nullable(Enum(questionOutcomes)),
  /** When the question stopped being open. */
  settled: Nullable(Moment),
  /** The question that the run asks now, where it is another one. */
  next: Nullable(Uuid),
});
export type QuestionPage = Static<typeof QuestionPage>;

export const readQuestionPage = route({
  method: "GET",
  path: "/ui/flow_runs/{id}/question",
  access: "read",
  summary: "What a flow run asks of people, or asked, and what became of it",
  tag: pagesTag,
  params: ById,
  /** The id of a question; by default the last one that the run asked. */
  query: Open({ question: Maybe(Uuid) }),
  replies: { 200: QuestionPage },
});
