import { type Attempt, attemptsOf, startsOf, type Timestamp } from "@ostinato/core";
import type { FailurePath } from "@ostinato/protocol";
import type { Database } from "../../db/dialect.ts";
import * as queries from "./cause.queries.ts";
import { culprit, tells } from "./cause.rules.ts";

/** Subflows within subflows are followed so far. */
const maxDepth = 10;
/** Of each run so many are looked at, those that failed first. */
const maxCalls = 50;
const maxCandidates = 5;

/** Where the failure of a flow run began. */
export interface Cause {
  /** From the run itself down to the one in which it happened. */
  readonly path: FailurePath;
  /** The flow run itself. */
  readonly top: queries.FailedRun;
  /** The innermost flow run. */
  readonly run: queries.FailedRun;
  /** The task run that failed in it; undefined where the flow failed by itself. */
  readonly task: ToldCall | undefined;
  /** The beginning of its message. */
  readonly message: string | null;
}

/** A failed call with the beginning of its message. */
interface ToldCall extends queries.FailedCall {
  readonly message: string | null;
}

/**
 * The causes of the failures of flow runs, by id; those that did not fail are left out. Every page and list tells the same cause. A
 * few statements for each level of subflows, whatever the number of runs.
 */
export async function causesOf(db: Database, ids: readonly string[]): Promise<ReadonlyMap<string, Cause>> {
  const runs = await queries.failedRuns(db, ids);
  return follow(db, runs, await lastAttempts(db, runs));
}

/** The cause of one failed run, which may have thousands of failed task runs. */
export async function causeOf(db: Database, id: string): Promise<Cause | undefined> {
  const runs = await queries.failedRuns(db, [id]);
  return (await follow(db, runs, await lastAttempts(db, runs))).get(id);
}

/** Why an attempt of a run failed that another one followed; undefined where it did not. */
export async function causeOfAttempt(db: Database, id: string, number: number): Promise<Cause | undefined> {
  const attempts = attemptsOf(inOrder(await queries.statesOfRuns(db, [id])));
  const attempt = attempts[number - 1];
  if (attempt === undefined || !hasFailed(attempt)) return undefined;
  const run = await queries.runAt(db, id, attempt.outcome.id);
  if (run === undefined) return undefined;
  const bounds = { id, attempt: number, since: attempt.start, until: attempts[number]?.start ?? null };
  return (await follow(db, [run], [bounds], true)).get(id);
}

/** When each attempt of a flow run began. */
export async function attemptStarts(db: Database, id: string): Promise<readonly Timestamp[]> {
  return startsOf(inOrder(await queries.statesOfRuns(db, [id])));
}

/** Whoever tries again puts the wait for the next attempt in the place of the failure. */
function hasFailed({ outcome: { type } }: Attempt<queries.RunState>): boolean {
  return type === "FAILED" || type === "CRASHED" || type === "SCHEDULED";
}

/** The bounds of the last attempt of each run. Most have only one, and need no look at their states. */
async function lastAttempts(db: Database, runs: readonly queries.FailedRun[]): Promise<queries.FailedAttempt[]> {
  const retried = runs.filter(({ run_count }) => run_count > 1).map(({ id }) => id);
  const states = Map.groupBy(await queries.statesOfRuns(db, retried), ({ flow_run_id }) => flow_run_id);
  return runs.map(({ id, run_count }) => {
    const since = attemptsOf(inOrder(states.get(id) ?? [])).at(-1)?.start ?? null;
    return { id, attempt: run_count > 1 ? run_count : null, since, until: null };
  });
}

/** Goes down from runs to their failed subflows, all runs of a level at once. */
async function follow(
  db: Database,
  runs: readonly queries.FailedRun[],
  attempts: readonly queries.FailedAttempt[],
  isPast = false,
  depth = 0,
): Promise<ReadonlyMap<string, Cause>> {
  const callsOf = await toldCalls(db, await queries.failedCalls(db, attempts, { isPast }));
  const culprits = new Map(runs.map((run) => [run.id, culprit(callsOf.get(run.id) ?? [], run.message)]));
  const candidates = new Map(runs.map(({ id }) => [id, candidatesOf(culprits.get(id), callsOf.get(id) ?? [])]));
  const subflows = [...candidates.values()].flat().flatMap((call) => call.child_flow_run_id ?? []);
  const children = depth < maxDepth ? await queries.failedRuns(db, subflows) : [];
  const within =
    children.length === 0
      ? new Map<string, Cause>()
      : await follow(db, children, await lastAttempts(db, children), false, depth + 1);
  return new Map(
    runs.map((run): [string, Cause] => {
      const told = (candidate: ToldCall) =>
        tells(run.message, within.get(candidate.child_flow_run_id ?? "")?.message ?? null);
      const call = culprits.get(run.id) ?? candidates.get(run.id)?.find(told);
      const inner = within.get(call?.child_flow_run_id ?? "");
      const here = {
        flow_run_id: run.id,
        flow_run_name: run.name,
        flow_name: run.flow_name,
        task_run_id: call?.task_run_id ?? null,
        task_run_name: call?.task_run_name ?? null,
      };
      if (inner !== undefined) return [run.id, { ...inner, top: run, path: [here, ...inner.path] }];
      return [run.id, { path: [here], top: run, run, task: call, message: call?.message ?? run.message }];
    }),
  );
}

/** A flow may have the error of a task within a subflow in its message, and not that of the subflow: then the first subflows are looked at. */
function candidatesOf(culprit: ToldCall | undefined, calls: readonly ToldCall[]): readonly ToldCall[] {
  if (culprit !== undefined) return [culprit];
  return calls.filter(({ child_flow_run_id }) => child_flow_run_id !== null).slice(0, maxCandidates);
}

/** The first failed calls of each flow run with their messages, in the order in which they failed; those that never began come last. */
async function toldCalls(
  db: Database,
  calls: readonly queries.FailedCall[],
): Promise<ReadonlyMap<string, readonly ToldCall[]>> {
  const first = [...Map.groupBy(calls, ({ flow_run_id }) => flow_run_id)].map(
    ([id, ofRun]) => [id, ofRun.sort(byFailure).slice(0, maxCalls)] as const,
  );
  const [subflows, tasks] = partition(first.flatMap(([, ofRun]) => ofRun));
  const messages = new Map([
    ...(await queries.messagesOf(db, "task_run", tasks)),
    ...(await queries.messagesOf(db, "flow_run", subflows)),
  ]);
  return new Map(
    first.map(([id, ofRun]) => [
      id,
      ofRun.map((call) => ({ ...call, message: messages.get(call.state_id ?? "") ?? null })),
    ]),
  );
}

/** The ids of the states of subflows, and of those of task runs. */
function partition(calls: readonly queries.FailedCall[]): readonly [string[], string[]] {
  const { subflow = [], task = [] } = Object.groupBy(calls, ({ child_flow_run_id }) =>
    child_flow_run_id === null ? "task" : "subflow",
  );
  return [subflow.flatMap(({ state_id }) => state_id ?? []), task.flatMap(({ state_id }) => state_id ?? [])];
}

function byFailure(one: queries.FailedCall, other: queries.FailedCall): number {
  const unstarted = Number(one.start_time === null) - Number(other.start_time === null);
  return unstarted || (one.ended ?? 0) - (other.ended ?? 0) || (one.task_run_id < other.task_run_id ? -1 : 1);
}

function inOrder(states: readonly queries.RunState[]): readonly queries.RunState[] {
  return states.toSorted((a, b) => a.timestamp - b.timestamp || (a.id < b.id ? -1 : 1));
}
