import { type StateType, type Timestamp, timesOf } from "@ostinato/core";
import type { OrchestrationResult, StateCreate } from "@ostinato/protocol";
import { readPlainJson, writeJson } from "../db/json-text.ts";
import { NotInOneStatement } from "../db/known-change.ts";
import type { Context } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { carryOut, type LoadFact, orchestrate } from "../orchestration/engine.ts";
import {
  coreFlowRunRules,
  markLateRules,
  minimalFlowRunRules,
  transformFlowRun,
} from "../orchestration/flow-run-rule-sets.ts";
import type { FlowRunEffect, FlowRunFacts, FlowRunSubject } from "../orchestration/flow-run-rules.ts";
import { chance } from "../orchestration/rule.ts";
import { isFresh, presentState } from "../orchestration/state.presenter.ts";
import { stateColumnsOfRun, stateOfRun, stateReference } from "../orchestration/state.rows.ts";
import { proposalOf, type RunState } from "../orchestration/state.ts";
import { noteCancellation } from "./cancellations.queries.ts";
import { effectHandlers, type Move } from "./effects.service.ts";
import { factsOf } from "./facts.service.ts";
import { completeFlowRunPolicy, type FlowRunRow } from "./flow-runs.presenter.ts";
import * as queries from "./flow-runs.queries.ts";
import type { KnownRun } from "./known-runs.ts";
import { flowRunForChange } from "./related.queries.ts";
import type { RelatedResources } from "./state-event.ts";
import { wakeForRun } from "./waking.ts";

const ruleSets = { core: coreFlowRunRules, minimal: minimalFlowRunRules, late: markLateRules };

/** The set of rules to apply: all rules for clients, those that hold even by force, or those for marking late. */
export type RuleSetName = keyof typeof ruleSets;

/** Proposes a state for a flow run, and returns the decision. */
export async function propose(context: Context, id: string, given: Omit<StateProposal, "id">): Promise<Proposed> {
  const begun = context.clock.now();
  const proposal = { ...given, id };
  const decided = await proposeByMemory(context, proposal);
  const result = decided ?? (await proposeByReading(context, proposal));
  context.metrics.add("flow_run_proposals_total", 1, { way: decided === undefined ? "reading" : "memory" });
  return { result, fresh: isFresh(result.state, begun) };
}

async function proposeByReading(context: Context, proposal: StateProposal): Promise<OrchestrationResult> {
  const { result, known } = await unit(context, (unit) => transition(unit, proposal), { together: proposal.id });
  if (known !== undefined) context.knownRuns.remember(known);
  return result;
}

/**
 * Decides by the run as this server remembers it, and writes only where it is still so. Gives undefined, and nothing is kept, where
 * that can't be done: the run is not remembered, has changed since, or the transition needs to read or change something else.
 */
async function proposeByMemory(context: Context, proposal: StateProposal): Promise<OrchestrationResult | undefined> {
  const { clock, knownRuns } = context;
  const known = knownRuns.take(proposal.id);
  if (known === undefined || claimingWorker(proposal) !== undefined) return undefined;
  const { row, related } = known;
  let { versions } = known;
  let isKnown = false;
  const initial = stateOfRun(row);
  try {
    const decided = await decide(proposal, { row, related, initial, now: clock.now(), load: noFacts });
    const { run, written, effects, result } = decided;
    // That a run stays as it is may not be said of one that has changed.
    if (written === null) return undefined;
    const moved = movedRow(row, run, { written, now: written.timestamp });
    const done = (version: string) => {
      versions = { ...versions, row: version };
      isKnown = true;
    };
    const change = queries.moveOfKnown(moved, { versions, proofId: written.id, done });
    await unit(context, (unit) => write(unit, { row: moved, related, initial, written }, effects), { change });
    if (isKnown) knownRuns.remember({ row: moved, related, versions });
    return result;
  } catch (error) {
    if (error instanceof NotInOneStatement) return undefined;
    throw error;
  }
}

function noFacts(name: string): never {
  throw new NotInOneStatement(`The fact ${name} has to be read`);
}

export interface Proposed {
  readonly result: OrchestrationResult;
  /** Whether the state of the result is new. */
  readonly fresh: boolean;
}

export interface StateProposal {
  readonly id: string;
  readonly state: StateCreate;
  readonly ruleSet: RuleSetName;
  /** When the run came into the state, by the server's clock, where that was not now. */
  readonly at?: Timestamp;
  /** The version of Prefect's client that proposes it. */
  readonly clientVersion?: string | undefined;
  /** The worker that proposes it. */
  readonly workerName?: string | undefined;
  /** By which program it is proposed over the API. */
  readonly userAgent?: string | undefined;
  /** Whether the proposer has counted the slots of the work queue and its pool, and holds the pool. */
  readonly hasRoom?: boolean;
}

/** The same within a unit of work. */
export async function proposeIn(unit: Unit, proposal: StateProposal): Promise<OrchestrationResult> {
  return (await transition(unit, proposal)).result;
}

export interface ProposalFrom extends StateProposal {
  /** The id of the state that the run was seen in. */
  readonly from: string;
}

/** Proposes a state for a run that was seen in another one, unless it has left that; gives whether it is in the proposed state now. */
export function proposeFrom(context: Context, proposal: ProposalFrom): Promise<boolean> {
  return unit(context, (unit) => proposeFromIn(unit, proposal));
}

/** The same within a unit of work. */
export async function proposeFromIn(unit: Unit, { from, ...proposal }: ProposalFrom): Promise<boolean> {
  if (!(await queries.holdInState(unit.tx, proposal.id, from))) return false;
  return (await proposeIn(unit, proposal)).status === "ACCEPT";
}

interface Transitioned {
  readonly result: OrchestrationResult;
  /** The run as it is once the unit of work is durable. */
  readonly known: KnownRun | undefined;
}

async function transition(unit: Unit, proposal: StateProposal): Promise<Transitioned> {
  const { clock } = unit.context;
  const { id, at } = proposal;
  const found = await flowRunForChange(unit.tx, id);
  if (found === undefined) throw notFound("Flow run", id);
  const { row, related, versions } = found;
  const initial = stateOfRun(row);
  const load = factsOf(unit, { row, related, clientVersion: proposal.clientVersion, hasRoom: proposal.hasRoom });
  const decided = await decide(proposal, { row, related, initial, now: at ?? clock.now(), load });
  const { run, written, effects, result } = decided;
  if (written === null) return { result, known: versions && { row, related, versions } };
  const moved = movedRow(row, run, { written, now: at === undefined ? written.timestamp : clock.now() });
  await queries.moveFlowRun(unit.later, moved);
  const worker = claimingWorker(proposal);
  if (worker !== undefined) await queries.noteWorker(unit.later, id, worker);
  const asker = cancellingProgram(proposal, { initial, written });
  if (asker !== undefined) await noteCancellation(unit.later, id, asker);
  await write(unit, { row: moved, related, initial, written }, effects);
  return { result, known: versions && { row: moved, related, versions: { ...versions, row: versions.changed } } };
}

/** The worker of Prefect that takes the run. Ours are noted by their claim. */
function claimingWorker({ state, workerName }: StateProposal): string | undefined {
  return state.type === "PENDING" ? workerName : undefined;
}

/** The program that asks for the run to be cancelled, and not the one that confirms it. */
function cancellingProgram({ userAgent }: StateProposal, { initial, written }: Pick<Entered, "initial" | "written">) {
  const isAsked = written.type === "CANCELLING" || (written.type === "CANCELLED" && initial?.type !== "CANCELLING");
  return isAsked ? userAgent : undefined;
}

/** Adds the state, and does what follows it. */
async function write(unit: Unit, entered: Entered, effects: readonly FlowRunEffect[]): Promise<void> {
  await queries.insertFlowRunState(unit.later, entered.row.id, entered.written);
  await follow(unit, entered, effects);
}

interface Deciding {
  readonly row: FlowRunRow;
  readonly related: Pick<RelatedResources, "deployment" | "isPlaceLimited">;
  readonly initial: RunState | null;
  readonly now: Timestamp;
  readonly load: LoadFact<FlowRunFacts>;
}

async function decide(
  { state, ruleSet }: Pick<StateProposal, "state" | "ruleSet">,
  { row, related, initial, now, load }: Deciding,
) {
  const { status, details, ...outcome } = await orchestrate(
    { ruleSet: ruleSets[ruleSet], transform: transformFlowRun, load },
    { run: subjectOf(row, related), initial, proposed: proposalOf(state, now), now, ...chance },
  );
  const current = outcome.written ?? initial;
  const result: OrchestrationResult = { state: current === null ? null : presentState(current), status, details };
  return { ...outcome, result };
}

/** The first state of a run that is being created. */
export async function firstState(unit: Unit, bare: FlowRunRow, { state, now }: { state: StateCreate; now: Timestamp }) {
  const related = { deployment: null, isPlaceLimited: false };
  const deciding = {
    row: bare,
    related,
    initial: null,
    now,
    load: factsOf(unit, { row: bare, related, clientVersion: undefined }),
  };
  const { run, written, effects } = await decide({ state, ruleSet: "minimal" }, deciding);
  if (written === null) throw new Error("no rule may refuse the first state of a run");
  return { row: movedRow(bare, run, { written, now: written.timestamp }), written, effects };
}

/** The same for a run that a schedule makes: no rule is asked and nothing follows, as in Prefect, so that thousands are made at once. */
export function plannedState(bare: FlowRunRow, { state, now }: { state: StateCreate; now: Timestamp }) {
  const proposed = proposalOf(state, now);
  const { run, written } = transformFlowRun({
    run: subjectOf(bare, { deployment: null, isPlaceLimited: false }),
    initial: null,
    proposed,
    now,
    ...chance,
  });
  return { row: movedRow(bare, run, { written, now: written.timestamp }), written };
}

type Entered = Omit<Move, "unit" | "force" | "again">;

/** Carries out the effects of a written state, in the same unit of work. */
export async function follow(unit: Unit, entered: Entered, effects: readonly FlowRunEffect[]): Promise<void> {
  noteFlowRun(unit, entered.row, entered.initial?.type);
  const force: Move["force"] = (id, state, at) => proposeIn(unit, { id, state, ruleSet: "minimal", at });
  const again: Move["again"] = (state) => proposeIn(unit, { id: entered.row.id, state, ruleSet: "core" });
  await carryOut(effects, { ...entered, unit, force, again }, effectHandlers);
}

/** Notes that the run has come into the state of the row, from a state of the type `before`. */
export function noteFlowRun(unit: Unit, row: FlowRunRow, before: StateType | null = null): void {
  unit.changed("flow-run", [row]);
  wakeForRun(unit, row, before);
  unit.count("flow_run_states_total", 1, { state_type: row.state_type ?? "" });
}

function subjectOf(
  row: FlowRunRow,
  { deployment, isPlaceLimited }: Pick<RelatedResources, "deployment" | "isPlaceLimited">,
): FlowRunSubject {
  const { id, deployment_id, parent_task_run_id, infrastructure_pid } = row;
  const policy = completeFlowRunPolicy(readPlainJson(row.empirical_policy));
  return {
    ...timesOf(row),
    id,
    deployment_id,
    deployment,
    parent_task_run_id,
    infrastructure_pid,
    isPlaceLimited,
    policy,
  };
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
