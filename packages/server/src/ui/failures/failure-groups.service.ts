import { createHash } from "node:crypto";
import { formatTimestamp, taskNameOf } from "@ostinato/core";
import type { FailureGroup, FailureGroups, RunCriteria } from "@ostinato/protocol";
import type { Context } from "../../kernel/context.ts";
import { causeText } from "../runs/cause.presenter.ts";
import { type Cause, causesOf } from "../runs/cause.service.ts";
import { commonMessage, failureForm } from "./failure-form.rules.ts";
import * as queries from "./failures.queries.ts";

const maxExamined = 2000;

/** Failed runs by their cause, the group with the newest failure first. */
export async function failureGroups(context: Context, criteria: RunCriteria, limit: number): Promise<FailureGroups> {
  const { failures, capped } = await examined(context, criteria);
  const groups = Map.groupBy(failures, ({ key }) => key);
  return {
    groups: [...groups.values()].slice(0, limit).map(groupOf),
    examined: failures.length,
    capped,
  };
}

/** The runs of a group, among those that meet the criteria. */
export async function runsOfFailure(context: Context, criteria: RunCriteria, key: string): Promise<string[]> {
  const { failures } = await examined(context, criteria);
  return failures.filter((failure) => failure.key === key).map(({ run }) => run.id);
}

interface ExaminedFailure {
  readonly key: string;
  readonly form: string;
  readonly text: string;
  readonly run: queries.FailedRunInTime;
  readonly cause: Cause;
}

/** Newest first. */
async function examined(context: Context, criteria: RunCriteria) {
  const { db } = context;
  const newest = await queries.newestFailures(db, criteria, maxExamined + 1);
  const runs = newest.slice(0, maxExamined);
  const causes = await causesOf(
    db,
    runs.map(({ id }) => id),
  );
  const failures = runs.flatMap((run): ExaminedFailure[] => {
    const cause = causes.get(run.id);
    // A run that was started again meanwhile has no cause any more.
    if (cause === undefined) return [];
    const text = causeText(cause.message);
    const form = failureForm(text);
    return [{ key: keyOf(flowOf(cause).id, form), form, text, run, cause }];
  });
  return { failures, capped: newest.length > maxExamined };
}

/** The same on every server, since addresses have it. */
function keyOf(flowId: string, form: string): string {
  return createHash("sha256").update(`${flowId}\n${form}`).digest("hex").slice(0, 16);
}

function flowOf({ top }: Cause): { readonly id: string; readonly name: string } {
  return { id: top.flow_id, name: top.flow_name };
}

function groupOf(failures: readonly ExaminedFailure[]): FailureGroup {
  const [newest] = failures as [ExaminedFailure, ...ExaminedFailure[]];
  const times = failures.map(({ run }) => run.at).sort((a, b) => a - b);
  const tasks = new Set(failures.map(({ cause }) => taskOf(cause)));
  const texts = new Set(failures.map(({ text }) => text));
  const flow = flowOf(newest.cause);
  const { id, name, state_type, state_name, at } = newest.run;
  return {
    key: newest.key,
    message: texts.size === 1 ? newest.text : commonMessage([newest.text, ...texts]),
    flow_id: flow.id,
    flow_name: flow.name,
    task_name: tasks.size === 1 ? taskOf(newest.cause) : null,
    count: failures.length,
    first: formatTimestamp(times[0] ?? at),
    last: formatTimestamp(times.at(-1) ?? at),
    newest: { id, name, state_type, state_name },
  };
}

function taskOf({ task }: Cause): string | null {
  return task === undefined ? null : taskNameOf({ ...task, name: task.task_run_name });
}
