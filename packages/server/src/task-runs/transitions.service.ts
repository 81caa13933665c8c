import { isTerminal, type StateType, timesOf } from "@ostinato/core";
import type { OrchestrationResult, SetState } from "@ostinato/protocol";
import * as artifacts from "../artifacts/artifacts.service.ts";
import type { Writer } from "../db/dialect.ts";
import { readPlainJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { carryOut, type EffectHandlers, type LoadFact, orchestrate } from "../orchestration/engine.ts";
import { chance, type RuleSet } from "../orchestration/rule.ts";
import { isFresh, presentState } from "../orchestration/state.presenter.ts";
import { stateColumnsOfRun, stateOfRow, stateOfRun } from "../orchestration/state.rows.ts";
import { type Proposal, proposalOf, type RunState, withDetails } from "../orchestration/state.ts";
import {
  backgroundTaskRunRules,
  coreTaskRunRules,
  minimalTaskRunRules,
  mirrorRules,
  transformTaskRun,
} from "../orchestration/task-run-rule-sets.ts";
import type { TaskRunEffect, TaskRunEffects, TaskRunFacts, TaskRunSubject } from "../orchestration/task-run-rules.ts";
import { enqueue, isDeferred, leaveLine } from "../task-deliveries/queue.service.ts";
import { completeTaskRunPolicy, presentTaskRun, type TaskRunRow } from "./task-runs.presenter.ts";
import * as queries from "./task-runs.queries.ts";

/** Proposes a state for a task run, and returns the decision. */
export async function propose(context: Context, id: string, given: SetState): Promise<Proposed> {
  const { clock } = context;
  const begun = clock.now();
  const result = await unit(context, async (unit) => {
    const row = await queries.taskRunForChange(unit.tx, id);
    if (row === undefined) throw notFound("Task run", id);
    const now = clock.now();
    return move(unit, { row, proposed: proposalOf(given.state, now), ruleSet: ruleSetFor(given), now });
  });
  return { result, fresh: isFresh(result.state, begun) };
}

export interface Proposed {
  readonly result: OrchestrationResult;
  /** Whether the state of the result is new. */
  readonly fresh: boolean;
}

function ruleSetFor({ state, force }: SetState): TaskRunRuleSet {
  if (state.state_details?.deferred === true) return backgroundTaskRunRules;
  return force === true ? minimalTaskRunRules : coreTaskRunRules;
}

/** A state of a subflow, to be taken by the task run that stands for it in its parent. */
export interface MirroredState {
  readonly taskRunId: string;
  readonly flowRunId: string;
  readonly state: RunState;
}

/** Puts the task run, if it exists, into the state, at the same time. */
export async function mirror(unit: Unit, { taskRunId, flowRunId, state }: MirroredState): Promise<void> {
  const row = await queries.taskRunForChange(unit.tx, taskRunId);
  if (row === undefined) return;
  const proposed = withDetails(state, { child_flow_run_id: flowRunId });
  await move(unit, { row, proposed, ruleSet: mirrorRules, now: state.timestamp });
}

/** Puts the task run into the state if it is in one of this type: it may have gone on since that was read. */
export async function putInto(unit: Unit, { id, from }: { id: string; from: StateType | null }, proposed: Proposal) {
  const row = await queries.taskRunForChange(unit.tx, id);
  if (row === undefined || row.state_type !== from) return;
  await move(unit, { row, proposed, ruleSet: minimalTaskRunRules, now: unit.context.clock.now() });
}

/** How often the task run has begun, and what its retries are. Holds it until the unit of work ends. */
export async function attemptsOf(
  { tx }: Unit,
  id: string,
): Promise<Pick<TaskRunSubject, "run_count" | "policy"> | undefined> {
  const row = await queries.taskRunForChange(tx, id);
  return row === undefined ? undefined : subjectOf(row);
}

type TaskRunRuleSet = RuleSet<TaskRunSubject, TaskRunFacts, TaskRunEffect>;

interface Asked {
  readonly row: TaskRunRow;
  readonly proposed: Proposal;
  readonly ruleSet: TaskRunRuleSet;
  readonly now: RunState["timestamp"];
}

async function move(unit: Unit, { row, proposed, ruleSet, now }: Asked): Promise<OrchestrationResult> {
  const { tx } = unit;
  const initial = stateOfRun(row);
  const { status, details, run, written, effects } = await orchestrate(
    { ruleSet, transform: transformTaskRun, load: loadFacts(tx, row, { proposed, now }) },
    { run: subjectOf(row), initial, proposed, now, ...chance },
  );
  const current = written ?? initial;
  const result = { state: current === null ? null : presentState(current), status, details };
  if (written === null) return result;
  const moved = { ...row, ...movedColumns(run), ...stateColumnsOfRun(written), updated: written.timestamp };
  await queries.insertTaskRunStates(tx, [{ taskRunId: row.id, state: written }]);
  await queries.moveTaskRun(tx, moved);
  await enqueue(unit, [{ run: moved, state: written }]);
  if (isTerminal(written.type)) await leaveLine(unit, moved);
  if (isDeferred(written)) await queries.updateTaskRun(tx, row.id, { deferred: 1 });
  await carryOut(effects, { unit, row: moved, written }, effectHandlers);
  unit.changed("task-run", [moved], presentTaskRun);
  return result;
}

/** A task run that has gone into a state in a unit of work. */
interface Move {
  readonly unit: Unit;
  readonly row: TaskRunRow;
  readonly written: RunState;
}

const effectHandlers: EffectHandlers<TaskRunEffects, Move> = {
  cache: ({ unit, written }, { key, expires }) =>
    queries.insertCacheEntry(unit.tx, { key, expires, stateId: written.id, created: written.timestamp }),

  "keep-result": ({ unit, row, written }) =>
    artifacts.keepResult(unit, written, { flow_run_id: row.flow_run_id, task_run_id: row.id }),
};

function subjectOf(row: TaskRunRow): TaskRunSubject {
  return { ...row, policy: completeTaskRunPolicy(readPlainJson(row.empirical_policy)) };
}

/** The columns of a task run that its states move. */
export function movedColumns(run: TaskRunSubject) {
  return { ...timesOf(run), flow_run_run_count: run.flow_run_run_count };
}

function loadFacts(tx: Writer, { flow_run_id }: TaskRunRow, { proposed, now }: Pick<Asked, "proposed" | "now">) {
  const { cache_key, refresh_cache } = proposed.details;
  const loaders: { readonly [Name in keyof TaskRunFacts]: () => Promise<TaskRunFacts[Name]> } = {
    async flowRun() {
      if (flow_run_id === null) return null;
      const found = await queries.flowRunOfTasks(tx, flow_run_id);
      if (found === undefined) return null;
      const { id, run_count, state_type, state_details } = found;
      if (state_type === null) return { id, run_count, state: null };
      const details = state_details === null ? {} : readPlainJson<RunState["details"]>(state_details);
      return { id, run_count, state: { type: state_type, details } };
    },
    async cached() {
      if ((cache_key ?? "") === "" || refresh_cache === true) return null;
      const found = await queries.cachedState(tx, cache_key ?? "", now);
      return found === undefined ? null : stateOfRow(found);
    },
  };
  const load: LoadFact<TaskRunFacts> = (name) => loaders[name]();
  return load;
}
