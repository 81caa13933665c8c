import type { Timestamp } from "@ostinato/core";
import type { OrchestrationResult, StateCreate } from "@ostinato/protocol";
import { keepResultAsArtifact } from "../artifacts/artifacts.service.ts";
import { readOptionalJson, readPlainJson, writeJson } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import * as inputs from "../flow-run-inputs/flow-run-inputs.service.ts";
import * as heartbeats from "../heartbeats/heartbeats.service.ts";
import type { Context } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { type Outcome, orchestrate } from "../orchestration/engine.ts";
import {
  coreFlowRunPolicy,
  markLatePolicy,
  minimalFlowRunPolicy,
  transformFlowRun,
} from "../orchestration/flow-run-policies.ts";
import type { FlowRunEffect, FlowRunSubject } from "../orchestration/flow-run-rules.ts";
import { timesOf } from "../orchestration/run-times.ts";
import { isFresh, presentState } from "../orchestration/state.presenter.ts";
import { stateColumnsOfRun, stateOfRun, stateReference } from "../orchestration/state.rows.ts";
import { isFinal, proposalOf, type RunState } from "../orchestration/state.ts";
import * as taskRuns from "../task-runs/task-runs.service.ts";
import { completeFlowRunPolicy, type FlowRunRow } from "./flow-runs.presenter.ts";
import * as queries from "./flow-runs.queries.ts";
import { flowRunForChange } from "./related.queries.ts";
import { type RelatedResources, stateEvent } from "./state-event.ts";

const policies = { core: coreFlowRunPolicy, minimal: minimalFlowRunPolicy, late: markLatePolicy };

/** Which rules are asked: all that clients are held to, those that hold also by force, or those for marking late. */
export type PolicyName = keyof typeof policies;

/** Proposes a state for a flow run, and tells what was decided. */
export async function propose(
  context: Context,
  id: string,
  { state, policy }: { readonly state: StateCreate; readonly policy: PolicyName },
): Promise<Proposed> {
  const begun = context.clock.now();
  const result = await unit(context, (unit) => proposeIn(unit, { id, state, policy }), { together: id });
  return { result, fresh: isFresh(result.state, begun) };
}

export interface Proposed {
  readonly result: OrchestrationResult;
  /** Whether the state of the result came to be now. */
  readonly fresh: boolean;
}

export interface StateProposal {
  readonly id: string;
  readonly state: StateCreate;
  readonly policy: PolicyName;
  /** When the run came into the state, by the server's clock, where that was not now. */
  readonly at?: Timestamp;
}

/** The same within a unit of work. */
export async function proposeIn(unit: Unit, { id, state, policy, at }: StateProposal): Promise<OrchestrationResult> {
  const { clock } = unit.context;
  const found = await flowRunForChange(unit.tx, unit.sql, id);
  if (found === undefined) throw notFound("Flow run", id);
  const { row, related } = found;
  const initial = stateOfRun(row);
  const now = at ?? clock.now();
  const outcome = await orchestrate(
    { policy: policies[policy], transform: transformFlowRun, load: nothing },
    { run: subjectOf(row), initial, proposed: proposalOf(state, now), now },
  );
  const { status, details, written } = outcome;
  const current = written ?? initial;
  const result = { state: current === null ? null : presentState(current), status, details };
  if (written === null) return result;
  const moved = movedRow(row, outcome.run, { written, now: at === undefined ? written.timestamp : clock.now() });
  await queries.insertFlowRunState(unit.later, unit.sql, id, written);
  await queries.moveFlowRun(unit.later, unit.sql, moved);
  await carryOut(unit, { ...outcome, written, initial, row: moved, related });
  return result;
}

/** The first state of a run that is being created. */
export async function firstState(bare: FlowRunRow, state: StateCreate, now: Timestamp) {
  const { run, written, effects } = await orchestrate(
    { policy: minimalFlowRunPolicy, transform: transformFlowRun, load: nothing },
    { run: subjectOf(bare), initial: null, proposed: proposalOf(state, now), now },
  );
  if (written === null) throw new Error("no rule may refuse the first state of a run");
  return { row: movedRow(bare, run, { written, now: written.timestamp }), written, effects };
}

function nothing(): Promise<never> {
  return Promise.reject(new Error("no rule of flow runs needs facts"));
}

function subjectOf(row: FlowRunRow): FlowRunSubject {
  const { id, deployment_id, parent_task_run_id, infrastructure_pid } = row;
  const policy = completeFlowRunPolicy(readPlainJson(row.empirical_policy));
  return { ...timesOf(row), id, deployment_id, parent_task_run_id, infrastructure_pid, policy };
}

/** The row was read for this and is nobody else's: a copy of its forty columns would cost as much as a statement. */
function movedRow(row: FlowRunRow, run: FlowRunSubject, { written, now }: Written): FlowRunRow {
  return Object.assign(row, changedColumns(run, { written, now }), stateColumnsOfRun(written));
}

interface Written {
  readonly written: RunState;
  readonly now: Timestamp;
}

function changedColumns(run: FlowRunSubject, { written, now }: Written) {
  return {
    ...timesOf(run),
    ...stateReference(written),
    empirical_policy: writeJson(run.policy),
    updated: now,
  };
}

export interface Move extends Pick<Outcome<FlowRunSubject, FlowRunEffect>, "effects"> {
  readonly row: FlowRunRow;
  readonly related: RelatedResources;
  readonly initial: RunState | null;
  readonly written: RunState;
}

/** Does what the rules asked for beside the state, in the same unit of work. */
export async function carryOut(unit: Unit, move: Move): Promise<void> {
  const { row, effects, written: state } = move;
  noteFlowRun(unit, row);
  await keepResultAsArtifact(unit.later, unit.sql, state, { flow_run_id: row.id, task_run_id: null });
  await endTasks(unit, move);
  await heartbeats.recordProposer(unit.context, unit.tx, {
    flowRunId: row.id,
    timestamp: state.timestamp,
    details: state.details,
  });
  if (state.type === "CANCELLED") await cancelSubflows(unit, row.id, state);
  for (const effect of effects) {
    switch (effect.kind) {
      case "announce":
        await events.recordNew(unit, [eventOf(move)]);
        break;
      case "mirror":
        await taskRuns.mirror(unit, { taskRunId: effect.taskRunId, flowRunId: row.id, state });
        break;
      case "forget-inputs":
        await inputs.forgetIn(unit.tx, row.id, effect.keys);
        break;
      default:
        throw new Error(`No such effect: ${JSON.stringify(effect satisfies never)}`);
    }
  }
}

/** Notes that the run has come into the state of the row. */
export function noteFlowRun(unit: Unit, row: FlowRunRow): void {
  unit.changed("flow-run", [row]);
  unit.count("flow_run_states_total", 1, { state_type: row.state_type ?? "" });
}

/** Ends the task runs that nobody works on any more. */
async function endTasks(unit: Unit, move: Move): Promise<void> {
  const { row, initial, written } = move;
  const flowRunId = row.id;
  if (written.type === "CANCELLED")
    return taskRuns.endAbandoned(unit, { flowRunId, why: "cancelled", until: written.timestamp });
  if (written.type === "CRASHED" && written.details.process_lost === true)
    return taskRuns.endAbandoned(unit, { flowRunId, why: "died", until: written.timestamp });
  if (!beginsElsewhere(move)) return;
  const known = initial?.timestamp ?? written.timestamp;
  const until = isFinal(initial) ? known : ((await heartbeats.lastSign(unit.tx, flowRunId)) ?? known);
  await taskRuns.endAbandoned(unit, { flowRunId, why: "died", until });
}

/** A subflow that is open goes with the run that called it: its process may be gone, and would never end it. */
async function cancelSubflows(unit: Unit, flowRunId: string, { timestamp: at }: RunState): Promise<void> {
  for (const id of await queries.openSubflows(unit.tx, flowRunId)) {
    const state = { type: "CANCELLED", message: "The flow run that called it was cancelled." } as const;
    await proposeIn(unit, { id, state, policy: "minimal", at });
  }
}

/**
 * Whether an attempt begins of which the client has said that its process lives for the run alone: what an attempt before has
 * left open then is nobody's any more.
 */
function beginsElsewhere({ row, initial, written }: Move): boolean {
  return (
    written.type === "RUNNING" &&
    initial?.type !== "PAUSED" &&
    row.run_count > 1 &&
    written.details.heartbeat_seconds !== undefined
  );
}

function eventOf({ row, related, initial, written }: Move) {
  const { id, name, run_count: runCount, tags, created_by } = row;
  const run = {
    id,
    name,
    runCount,
    tags: readPlainJson<string[]>(tags),
    createdBy: readOptionalJson<object>(created_by),
  };
  return stateEvent({ run, related, initial, written });
}
