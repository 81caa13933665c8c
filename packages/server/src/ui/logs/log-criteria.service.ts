import { parseTimestamp } from "@ostinato/core";
import type { BodyOf, findLogLine } from "@ostinato/protocol";
import type { Database } from "../../db/dialect.ts";
import { invalid } from "../../kernel/errors.ts";
import * as queries from "./log-window.queries.ts";

type LinesRequest = Omit<BodyOf<typeof findLogLine>, "find" | "direction" | "from">;

/** The criteria of a request, and those of the whole log in which its lines are numbered. */
export interface RequestedLines {
  readonly criteria: queries.LogCriteria;
  readonly whole: queries.LogCriteria;
  /** Whether every line of the whole log is asked for. */
  readonly isWhole: boolean;
}

export async function requestedLines(db: Database, body: LinesRequest): Promise<RequestedLines> {
  const flowRunId = body.flow_run_id?.toLowerCase();
  const taskRunId = body.task_run_id?.toLowerCase();
  if (flowRunId === undefined && taskRunId === undefined) {
    const msg = "Say of which run: flow_run_id or task_run_id";
    throw invalid([{ type: "missing", loc: ["body", "flow_run_id"], msg, input: null }], body);
  }
  const flowRunIds = await familyOf(db, flowRunId, body.subflows === true);
  const narrowed = {
    level: body.level ?? undefined,
    text: body.text === null || body.text === "" ? undefined : body.text,
    taskKey: body.task_key ?? undefined,
    since: momentOf(body.since),
    until: momentOf(body.until),
  };
  const whole = { flowRunIds, taskRunId, level: undefined, text: undefined };
  const isWhole = Object.values(narrowed).every((value) => value === undefined);
  return { criteria: { ...whole, ...narrowed }, whole, isWhole };
}

async function familyOf(db: Database, flowRunId: string | undefined, subflows: boolean): Promise<readonly string[]> {
  if (flowRunId === undefined) return [];
  return subflows ? queries.withSubflows(db, flowRunId) : [flowRunId];
}

function momentOf(moment: string | number | null | undefined) {
  return moment === null || moment === undefined ? undefined : parseTimestamp(moment);
}
