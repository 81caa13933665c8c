import type { Claim } from "@ostinato/client/flow-run-states";
import { readState } from "@ostinato/client/flow-run-states";
import { orderLabels, type ResultLocation, randomId, stateNames } from "@ostinato/core";
import type {
  createFlowRun,
  FlowRun as FlowRunRow,
  readFlowRun,
  readKeptParameters,
  TaskInputs,
} from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { withBlocks, withReferences } from "../blocks/parameter-blocks.ts";
import { context, type FlowRunView, type TaskRunView } from "../context.ts";
import { toError, UsageError } from "../errors.ts";
import { callIdentity } from "../identity/call-identity.ts";
import { digestOf } from "../identity/value-digest.ts";
import { dependenciesOf, resolved, taskInputs } from "../inputs/arguments.ts";
import { checkParameterSize } from "../inputs/parameter-size.ts";
import { checkJsonParameters, checkParameters } from "../inputs/parameters.ts";
import {
  type RecordedParameters,
  type Restored,
  recordParameters,
  restoreParameters,
} from "../inputs/recorded-parameters.ts";
import { notice } from "../logging/console-output.ts";
import { parseResultStorage } from "../results/result-stores.ts";
import { beginCall, rememberOrder } from "../run/call-order.ts";
import { heartbeatDetails } from "../run/heartbeat-details.ts";
import type { Named } from "../run/related-resources.ts";
import type { Interruptible } from "../run/runs-under-way.ts";
import { reportUnawaited } from "../run/unawaited.ts";
import type { Scope } from "../scope.ts";
import { redactInside } from "../secrets/redaction.ts";
import { type Session, session } from "../session/session.ts";
import { type FinalState, finalState, unsuccessfulState } from "../states.ts";
import { enclosingTransaction } from "../transactions/enclosing.ts";
import { hadHooks, hooksLost } from "../transactions/subflow-hooks.ts";
import type { FlowDefinition } from "./flow-definition.ts";
import { FlowFuture } from "./flow-future.ts";
import { flowId } from "./flow-registration.ts";
import { retryPolicy } from "./flow-retries.ts";
import { FlowRun } from "./flow-run.ts";
import { nameOf, renamed, unnamed } from "./flow-run-name.ts";
import { rootRuns } from "./process-end.ts";
import { createTrackingTask, finishedSubflow, keptFlowResult, subflowIdentity, unfinishedSubflow } from "./subflow.ts";

/** Parameters given to a flow. */
export interface GivenParameters {
  readonly parameters: unknown;
  /** Whether the parameters were read from JSON rather than made by the program. */
  readonly areJson: boolean;
}

/** Runs a flow; inside another flow it is a subflow. */
export function startFlow(definition: FlowDefinition, given: GivenParameters): FlowFuture<unknown> {
  const future = new FlowFuture<unknown>(definition.name);
  const caller = context.getStore();
  if (caller?.scope?.flowRunId === undefined)
    runInScope(future, undefined, (opened) => runNew(opened, { definition, given, future }));
  else {
    const after = beginCall(caller.taskRun ?? caller.scope);
    rememberOrder(future, after);
    const parent = { scope: caller.scope, flowRun: caller.flowRun, taskRun: caller.taskRun, after };
    runInScope(future, caller.scope, (opened) => runNew(opened, { definition, given, future, parent }));
  }
  if (caller === undefined) void reportUnawaited(future);
  return future;
}

/** Runs a flow run that exists on the server: after its process died, to retry it, or because this process has claimed it. */
export function resumeFlow(definition: FlowDefinition, flowRunId: string, claim?: Claim): FlowFuture<unknown> {
  const future = new FlowFuture<unknown>(definition.name);
  runInScope(future, undefined, (opened) => runExisting(opened, { definition, flowRunId, future, claim }));
  return future;
}

interface ExistingRun {
  readonly definition: FlowDefinition;
  readonly flowRunId: string;
  readonly future: FlowFuture<unknown>;
  readonly claim: Claim | undefined;
}

interface NewRun {
  readonly definition: FlowDefinition;
  readonly given: GivenParameters;
  readonly future: FlowFuture<unknown>;
  readonly parent?: Parent;
}

interface RunToCreate {
  readonly recorded: RecordedParameters;
  readonly name: string | undefined;
  /** The task run that represents the subflow in its parent. */
  readonly tracking: string | undefined;
}

async function createRun(opened: Session, definition: FlowDefinition, { recorded, name, tracking }: RunToCreate) {
  const { options, version, file } = definition;
  const { shown, kept } = recorded;
  checkParameterSize(definition.name, shown);
  return await opened.client.call<typeof createFlowRun>("POST /flow_runs/", {
    body: {
      flow_id: await flowId(opened, definition),
      flow_version: version,
      name: name ?? null,
      parameters: shown,
      ...(kept === undefined || opened.server === undefined ? {} : { kept_parameters: kept }),
      tags: redactInside([...(options.tags ?? [])]),
      labels: redactInside({
        ...(file === undefined ? {} : { "ostinato.entrypoint": file }),
        // A Prefect server stores only the displayed parameters.
        ...(kept === undefined || opened.server !== undefined ? {} : { [shownOnly]: true }),
      }),
      parent_task_run_id: tracking ?? null,
      // Makes the call repeatable when its answer is lost.
      idempotency_key: randomId(),
      empirical_policy: retryPolicy(definition, { before: 0, attempt: 1 }),
      state: { type: "PENDING", name: stateNames.pending, state_details: heartbeatDetails(opened) },
    },
  });
}

interface Parent {
  readonly scope: Scope;
  readonly flowRun: FlowRunView | undefined;
  /** The task run in which the subflow was called. */
  readonly taskRun: TaskRunView | undefined;
  /** The task runs that the caller had waited for when it made the call. */
  readonly after: readonly string[];
}

/** Keeps the process and the calling scope waiting until the run has ended, and settles the future with it. */
function runInScope(
  future: FlowFuture<unknown>,
  scope: Scope | undefined,
  run: (opened: Session) => Promise<FinalState<unknown>>,
): void {
  // A placeholder for the run in the scope, until the run exists.
  const place: Interruptible = {
    started: true,
    interrupt: (reason) => future.interrupt(reason),
  };
  const transaction = enclosingTransaction();
  scope?.enter(place);
  transaction?.enter(place);
  void (async () => {
    let release = () => {};
    try {
      const opened = scope?.session ?? (await session());
      release = opened.keepAlive();
      future.end(await run(opened));
    } catch (thrown) {
      future.end(unsuccessfulState({ ...future.state, type: "CRASHED", name: stateNames.crashed }, toError(thrown)));
    } finally {
      release();
      transaction?.leave(place, future);
      scope?.leave(place, future);
    }
  })();
}

/** What was asked for, with references to blocks, and a promise of it with their values. Only parameters of JSON refer to blocks. */
async function blocksFilledIn(
  opened: Session,
  { options }: FlowDefinition,
  { parameters, areJson }: GivenParameters,
): Promise<{ readonly asked: unknown; readonly filled: Promise<unknown> }> {
  if (!areJson) return { asked: parameters, filled: Promise.resolve(parameters) };
  const asked = await withReferences(opened, parameters, options.blocks);
  return { asked, filled: withBlocks(opened, asked) };
}

async function runNew(opened: Session, { definition, given, future, parent }: NewRun): Promise<FinalState<unknown>> {
  const { options } = definition;
  // Counted before the first await, so that the names follow the order of the calls.
  const order = parent?.scope.count(`name ${definition.name}`) ?? 0;
  const { asked, filled } = await blocksFilledIn(opened, definition, {
    ...given,
    parameters: await resolved(given.parameters),
  });
  const checkJson = (json: unknown) => checkJsonParameters(definition.name, options.parameters, json);
  const checked = await settle(
    filled.then((all) => (given.areJson ? checkJson(all) : checkParameters(definition.name, options.parameters, all))),
  );
  const parameters = checked.ok ? checked.value : asked;
  const storage = await settle(storageOf(opened, definition));
  const identity = parent === undefined ? undefined : identityOf(definition, parameters, parent);
  let tracking: string | undefined;
  if (parent !== undefined) {
    const finished = await finishedSubflow(parent.scope, identity);
    if (finished !== undefined) {
      const { run, found } = finished;
      joinTransaction(definition, run, found.value);
      if (run.parent_task_run_id !== null)
        parent.scope.provenance.remember(found.value, run.parent_task_run_id, new Set());
      return reuse(future, run, found.value);
    }
    tracking = await createTrackingTask(parent.scope, trackedFlow(definition), {
      order,
      identity,
      inputs: inputsOf(parent, given.parameters),
      labels: orderLabels(parent.after),
    });
    future.track(tracking);
  }
  const unfinished =
    parent === undefined || tracking === undefined ? undefined : await unfinishedSubflow(parent.scope, tracking);
  const { name, problem } = unfinished === undefined ? await nameOf(definition, parameters) : unnamed;
  // A run with blocks is recorded with references to them, and not with their secrets.
  const isWhole = checked.ok && (await filled) === asked;
  const record = () => recordParameters({ asked, got: isWhole ? checked : undefined, checkJson });
  const row = unfinished ?? (await createRun(opened, definition, { recorded: await record(), name, tracking }));
  const run = new FlowRun({
    session: opened,
    definition,
    identity: identify(row),
    parameters,
    callIdentity: identity,
    parent: parent?.flowRun,
    storage: storage.ok ? storage.value : undefined,
    warning: problem,
  });
  const final = await executeRun(future, run, firstProblem(checked, storage));
  if (tracking !== undefined && final.type === "COMPLETED")
    parent?.scope.provenance.remember(final.value, tracking, new Set());
  return final;
}

/** What a subflow did in an earlier process is a part of the transaction in which it is called again. */
function joinTransaction({ name: of }: FlowDefinition, { id, name, labels, run_count }: FlowRunRow, value: unknown) {
  const part = enclosingTransaction()?.begin();
  if (part === undefined) return;
  part.complete({ step: { run: { id, name, attempt: run_count }, of, value }, result: { flowRunId: id } });
  if (hadHooks(labels)) throw hooksLost(name);
}

async function runExisting(
  opened: Session,
  { definition, flowRunId, future, claim }: ExistingRun,
): Promise<FinalState<unknown>> {
  const row = await opened.client.call<typeof readFlowRun>("GET /flow_runs/{id}", { params: { id: flowRunId } });
  if (row.flow_id !== (await flowId(opened, definition))) {
    throw new UsageError(
      `Flow run "${row.name}" (${flowRunId}) is a run of another flow than "${definition.name}": resume it with its own`,
    );
  }
  if (row.state_type === "COMPLETED") {
    const found = await keptFlowResult(opened, row.id);
    if (found !== undefined) {
      notice(logLevels.info, `flow run "${row.name}" is completed and its result is kept: there is nothing to do`);
      return reuse(future, row, found.value);
    }
  }
  const restored = await restore(opened, row);
  const parameters = restored.checked
    ? ({ ok: true, value: restored.value } as const)
    : await settle(
        withBlocks(opened, restored.value).then((json) =>
          checkJsonParameters(definition.name, definition.options.parameters, json),
        ),
      );
  const storage = await settle(storageOf(opened, definition));
  const value = parameters.ok ? parameters.value : restored.value;
  const { name, problem } = await renamed(opened, { row, definition, parameters: value });
  const run = new FlowRun({
    session: opened,
    definition,
    identity: { ...identify(row), name },
    parameters: value,
    callIdentity: await subflowIdentity(opened, row),
    parent: undefined,
    storage: storage.ok ? storage.value : undefined,
    warning: problem,
    // Prefect's servers know no claims.
    claim: opened.server === undefined ? undefined : claim,
    wasThere: true,
  });
  return await executeRun(future, run, firstProblem(parameters, storage));
}

const shownOnly = "ostinato.parameters-shown-only";

/** Restores the parameters of the run. */
async function restore(opened: Session, row: FlowRunRow): Promise<{ value: unknown; checked: boolean }> {
  const kept =
    opened.server === undefined
      ? null
      : await opened.client.call<typeof readKeptParameters>("GET /flow_runs/{id}/kept_parameters", {
          params: { id: row.id },
        });
  const restored: Restored =
    row.labels[shownOnly] === true
      ? { ok: false, reason: "its server keeps only what JSON can say" }
      : restoreParameters(row.parameters, kept);
  if (restored.ok) return restored;
  throw new UsageError(
    `Flow run "${row.name}" (${row.id}) cannot go on, since its parameters cannot be had again: ${restored.reason}. Start a new run.`,
  );
}

/** The store for the run's result. An unknown store fails here, before the run starts. */
async function storageOf(opened: Session, { options }: FlowDefinition): Promise<ResultLocation | undefined> {
  const text = options.resultStorage ?? opened.resultStorage;
  return text === undefined || opened.server === undefined ? undefined : parseResultStorage(text);
}

function firstProblem(...checks: readonly Settled<unknown>[]): Error | undefined {
  for (const check of checks) if (!check.ok) return check.error;
  return undefined;
}

async function executeRun(
  future: FlowFuture<unknown>,
  run: FlowRun,
  problem: Error | undefined,
): Promise<FinalState<unknown>> {
  future.begin(run.id, run.name, run);
  if (problem !== undefined) return await run.refuse(problem);
  if (run.parent !== undefined) return await run.execute();
  const forget = rootRuns.add(run);
  try {
    return await run.execute();
  } finally {
    forget();
  }
}

function identityOf({ identity }: FlowDefinition, parameters: unknown, parent: Parent): string | undefined {
  const given = digestOf(parameters);
  if (given === undefined) return undefined;
  return callIdentity({ definition: identity, scope: parent.scope, parent: parent.taskRun, given: given.text });
}

function trackedFlow({ name, identity, version, options }: FlowDefinition) {
  return { name, label: identity.label, version, tags: options.tags ?? [] };
}

function inputsOf(parent: Parent, given: unknown): TaskInputs {
  const named = new Map(
    Object.entries(given ?? {}).map(([name, value]) => [name, dependenciesOf(value, parent.scope.provenance)]),
  );
  if (parent.taskRun !== undefined) named.set("__parents__", { links: [], producers: [parent.taskRun.id] });
  return taskInputs(named);
}

function reuse(future: FlowFuture<unknown>, row: FlowRunRow, value: unknown): FinalState<unknown> {
  const { state } = identify(row);
  if (row.parent_task_run_id !== null) future.track(row.parent_task_run_id);
  future.begin(row.id, row.name, { state, interrupt() {} });
  return finalState({ ...state, type: "COMPLETED" }, value);
}

function identify(row: FlowRunRow) {
  const { id, name, flow_id, run_count, state, expected_start_time, empirical_policy } = row;
  const { pause_keys = [], resuming = false, retry_type = null } = empirical_policy;
  if (state === null) throw new Error(`flow run ${id} has no state on the server`);
  return {
    id,
    name,
    flowId: flow_id,
    // A run that goes on after it was suspended is still in the same attempt.
    runCount: resuming === true ? Math.max(0, run_count - 1) : run_count,
    pauses: { pause_keys, resuming, retry_type },
    scheduledTime: expected_start_time ?? undefined,
    deploymentId: row.deployment_id ?? undefined,
    place: {
      queue: named(row.work_queue_id, row.work_queue_name),
      pool: named(row.work_pool_id, row.work_pool_name),
    },
    state: readState(state),
  };
}

function named(id: string | null, name: string | null): Named | undefined {
  return id === null || name === null ? undefined : { id, name };
}

type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Error };

async function settle<T>(promise: Promise<T>): Promise<Settled<T>> {
  try {
    return { ok: true, value: await promise };
  } catch (thrown) {
    return { ok: false, error: toError(thrown) };
  }
}
