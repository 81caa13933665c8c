import { type Attempt, attemptsOf, isFailure, type Timestamp } from "@ostinato/core";
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

/** A failed call with the beginning of its message, and the attempt of a subflow of a retried run in which it failed. */
interface ToldCall extends queries.FailedCall {
  readonly message: string | null;
  readonly childAttempt?: queries.FailedAttempt;
}

/** A failed run, and the attempt whose failure is meant. */
interface Failing {
  readonly run: queries.FailedRun;
  readonly attempt: queries.FailedAttempt;
}

/**
 * The causes of the failures of flow runs, by id; those that did not fail are left out. Every page and list tells the same cause. A
 * few statements for each level of subflows, whatever the number of runs.
 */
export async function causesOf(db: Database, ids: readonly string[]): Promise<ReadonlyMap<string, Cause>> {
  return follow(db, await lastAttempts(db, await queries.runsWithMessages(db, ids, { failed: true })));
}

/** The cause of one failed run. */
export async function causeOf(db: Database, id: string): Promise<Cause | undefined> {
  return (await causesOf(db, [id])).get(id);
}

/** Why an attempt of a run failed that another one may have followed; undefined where it did not. */
export async function causeOfAttempt(db: Database, id: string, number: number): Promise<Cause | undefined> {
  const attempts = await attemptsOfRuns(db, [id]);
  const failed = attempts.get(id)?.[number - 1];
  const [run] = await queries.runsWithMessages(db, [id]);
  if (run === undefined || failed === undefined || !hasFailed(failed)) return undefined;
  const { id: stateId } = failed.outcome;
  const message = (await queries.messagesOf(db, "flow_run", [stateId])).get(stateId) ?? null;
  const attempt = boundsOf(id, attempts.get(id) ?? [], number - 1);
  return (await follow(db, [{ run: { ...run, state_id: stateId, message }, attempt }])).get(id);
}

/** When each attempt of a flow run began. */
export async function attemptStarts(db: Database, id: string): Promise<readonly Timestamp[]> {
  return ((await attemptsOfRuns(db, [id])).get(id) ?? []).map(({ start }) => start);
}

type RunAttempt = Attempt<queries.RunState>;

async function attemptsOfRuns(
  db: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly RunAttempt[]>> {
  const states = Map.groupBy(await queries.statesOfRuns(db, ids), ({ flow_run_id }) => flow_run_id);
  return new Map([...states].map(([id, ofRun]) => [id, attemptsOf(inOrder(ofRun))]));
}

/** An attempt lasts until the next one begins. */
function boundsOf(id: string, attempts: readonly RunAttempt[], index: number): queries.FailedAttempt {
  return {
    id,
    attempt: attempts.length > 1 ? index + 1 : null,
    since: attempts[index]?.start ?? null,
    until: attempts[index + 1]?.start ?? null,
  };
}

function isFailedNow({ state_type }: queries.FailedRun): boolean {
  return state_type !== null && isFailure(state_type);
}

/** Whoever tries again puts the wait for the next attempt in the place of the failure. */
function hasFailed({ outcome: { type } }: RunAttempt): boolean {
  return type === "FAILED" || type === "CRASHED" || type === "SCHEDULED";
}

/** The runs with their last attempts. Most have only one, and need no look at their states. */
async function lastAttempts(db: Database, runs: readonly queries.FailedRun[]): Promise<Failing[]> {
  const retried = runs.filter(({ run_count }) => run_count > 1).map(({ id }) => id);
  const attempts = await attemptsOfRuns(db, retried);
  return runs.map((run) => {
    const own = attempts.get(run.id) ?? [];
    return { run, attempt: boundsOf(run.id, own, own.length - 1) };
  });
}

/** Goes down from runs to their failed subflows, all runs of a level at once. */
async function follow(db: Database, failing: readonly Failing[], depth = 0): Promise<ReadonlyMap<string, Cause>> {
  const callsOf = await toldCalls(db, [
    ...(await queries.failedCalls(
      db,
      failing.map(({ attempt }) => attempt),
    )),
    ...(await failedSubflows(db, failing)),
  ]);
  const culprits = new Map(failing.map(({ run }) => [run.id, culprit(callsOf.get(run.id) ?? [], run.message)]));
  const candidates = new Map(
    failing.map(({ run: { id } }) => [id, candidatesOf(culprits.get(id), callsOf.get(id) ?? [])]),
  );
  const below = depth < maxDepth ? await failingSubflows(db, [...candidates.values()].flat()) : [];
  const within = below.length === 0 ? new Map<string, Cause>() : await follow(db, below, depth + 1);
  return new Map(
    failing.map(({ run }): [string, Cause] => {
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

/**
 * The subflows that failed in an attempt of a retried run. Their states tell in which: a client may run the same subflow again in the next
 * attempt, or have another one for the same task run.
 */
async function failedSubflows(
  db: Database,
  failing: readonly Failing[],
): Promise<(queries.FailedCall & Pick<ToldCall, "childAttempt">)[]> {
  const retried = new Map(failing.flatMap(({ attempt }) => (attempt.attempt === null ? [] : [[attempt.id, attempt]])));
  const subflows = await queries.subflowsOf(db, [...retried.keys()]);
  const attempts = await attemptsOfRuns(
    db,
    subflows.map(({ child_flow_run_id }) => child_flow_run_id),
  );
  return subflows.flatMap((subflow) => {
    const { since = null, until = null } = retried.get(subflow.flow_run_id) ?? {};
    const own = attempts.get(subflow.child_flow_run_id) ?? [];
    const index = own.findLastIndex((one) => hasFailed(one) && isWithin(one.end, since, until));
    const failed = own[index];
    if (failed === undefined) return [];
    const childAttempt = boundsOf(subflow.child_flow_run_id, own, index);
    const { start, end, outcome } = failed;
    return [{ ...subflow, run_count: index + 1, state_id: outcome.id, start_time: start, ended: end, childAttempt }];
  });
}

function isWithin(time: Timestamp | null, since: Timestamp | null, until: Timestamp | null): boolean {
  return time !== null && (since === null || time >= since) && (until === null || time < until);
}

/** The runs of failed subflows: each at the attempt that is known, or at its last one. */
async function failingSubflows(db: Database, calls: readonly ToldCall[]): Promise<Failing[]> {
  const callOf = new Map(
    calls.flatMap((call) => (call.child_flow_run_id === null ? [] : [[call.child_flow_run_id, call]])),
  );
  const runs = await queries.runsWithMessages(db, [...callOf.keys()]);
  const [known, others] = [
    runs.filter(({ id }) => callOf.get(id)?.childAttempt !== undefined),
    runs.filter(isFailedNow),
  ];
  const last = await lastAttempts(
    db,
    others.filter((run) => !known.includes(run)),
  );
  return [
    ...last,
    ...known.flatMap((run): Failing[] => {
      const call = callOf.get(run.id);
      if (call?.childAttempt === undefined) return [];
      return [
        { run: { ...run, state_id: call.state_id ?? run.state_id, message: call.message }, attempt: call.childAttempt },
      ];
    }),
  ];
}

/** A flow may have the error of a task within a subflow in its message, and not that of the subflow: then the first subflows are looked at. */
function candidatesOf(culprit: ToldCall | undefined, calls: readonly ToldCall[]): readonly ToldCall[] {
  if (culprit !== undefined) return [culprit];
  return calls.filter(({ child_flow_run_id }) => child_flow_run_id !== null).slice(0, maxCandidates);
}

/** The first failed calls of each flow run with their messages, in the order in which they failed; those that never began come last. */
async function toldCalls(
  db: Database,
  calls: readonly (queries.FailedCall & Pick<ToldCall, "childAttempt">)[],
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
