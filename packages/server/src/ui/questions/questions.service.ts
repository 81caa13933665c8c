import { formatTimestamp, stateNames, toTimestamp } from "@ostinato/core";
import type { Question, QuestionInList, QuestionPage, State } from "@ostinato/protocol";
import { readPlainJson } from "../../db/json-text.ts";
import * as inputs from "../../flow-run-inputs/flow-run-inputs.service.ts";
import * as flowRunStates from "../../flow-run-states/flow-run-states.service.ts";
import type { Context } from "../../kernel/context.ts";
import { notFound } from "../../kernel/errors.ts";
import { readRows } from "../runs/run-rows.service.ts";
import * as queries from "./questions.queries.ts";
import { askedTexts, hasFields, keysOf, outcomeOf, summaryOf } from "./questions.rules.ts";

/** More paused runs than these are not looked at for a list. */
const maxPausedRuns = 200;

/** What the paused runs ask: the first to time out first, then the longest wait. */
export async function openQuestions(
  context: Context,
  narrowed: queries.PausedRuns,
  limit: number,
): Promise<QuestionInList[]> {
  const paused = await queries.pausedRuns(context.db, narrowed, maxPausedRuns);
  const asking = paused.map((run) => ({ ...run, details: readPlainJson<State["state_details"]>(run.state_details) }));
  const listed = asking
    .map((run) => ({ ...run, until: untilOf(run) }))
    .sort((one, other) => order(one.until, other.until) || one.asked - other.asked)
    .slice(0, limit);
  const values = await inputs.valuesUnder(
    context.db.read,
    listed.flatMap(({ flow_run_id, details }) =>
      Object.values(keysOf(details) ?? {}).map((key) => ({ flowRunId: flow_run_id, key })),
    ),
  );
  return listed.map((run) => {
    const texts = askedTexts((key) => values({ flowRunId: run.flow_run_id, key }), run.details);
    return {
      id: run.state_id,
      flow_run_id: run.flow_run_id,
      flow_run_name: run.flow_run_name,
      flow_name: run.flow_name,
      title: texts.title,
      summary: summaryOf(texts.description),
      has_input: hasFields(texts.schema),
      asked: formatTimestamp(run.asked),
      until: run.until,
      is_suspended: run.state_name === stateNames.suspended,
    };
  });
}

/** What the run asks in this state of it; null for a state that asks nothing. */
export async function questionIn(context: Context, flowRunId: string, state: State | null): Promise<Question | null> {
  if (state?.type !== "PAUSED") return null;
  const { db } = context;
  const keys = Object.values(keysOf(state.state_details) ?? {});
  const [values, after] = await Promise.all([
    inputs.valuesUnder(
      db.read,
      keys.map((key) => ({ flowRunId, key })),
    ),
    queries.lastTaskBefore(db, { flowRunId, by: toTimestamp(state.timestamp) }),
  ]);
  const texts = askedTexts((key) => values({ flowRunId, key }), state.state_details);
  return {
    id: state.id,
    flow_run_id: flowRunId,
    ...texts,
    is_schema_missing: keys.length > 0 && texts.schema === null,
    asked: state.timestamp,
    until: untilOf({ details: state.state_details }),
    is_suspended: state.name === stateNames.suspended,
    after: after ?? null,
  };
}

/** A question of a run, by default the last one, and what became of it. */
export async function questionPage(context: Context, id: string, questionId: string | null): Promise<QuestionPage> {
  const [[run], states] = await Promise.all([readRows(context, [id]), flowRunStates.list(context, id)]);
  if (run === undefined) throw notFound("Flow run", id);
  const at = states.findLastIndex(
    (state) => state.type === "PAUSED" && (questionId === null || state.id === questionId.toLowerCase()),
  );
  const asked = states[at];
  const last = states.at(-1);
  const nothing = { question: null, outcome: null, settled: null };
  return {
    flow_run: {
      id,
      name: run.name,
      flow_name: run.flow_name,
      state_type: run.state_type,
      state_name: run.state_name,
    },
    ...(asked === undefined
      ? nothing
      : {
          question: await questionIn(context, id, asked),
          ...outcomeOf(asked, states[at + 1], context.clock.now()),
        }),
    next: last?.type === "PAUSED" && last !== asked ? last.id : null,
  };
}

function untilOf({ details: { pause_timeout } }: { readonly details: State["state_details"] }): string | null {
  return pause_timeout === null || pause_timeout === undefined ? null : String(pause_timeout);
}

/** Times in their order; what has none comes last. */
function order(one: string | null, other: string | null): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return toTimestamp(one) - toTimestamp(other);
}
