import { readState } from "@ostinato/client/flow-run-states";
import { durationSeconds, isTerminal, randomId } from "@ostinato/core";
import type { createFlowRunFromDeployment, Deployment, FlowRun, filterFlowRuns, TaskInputs } from "@ostinato/protocol";
import type { DeploymentCall, DeploymentRun, RunDeploymentOptions } from "../flow/deployment-run.ts";
import { createTrackingTask, keptFlowResult } from "../flow/subflow.ts";
import { callIdentity } from "../identity/call-identity.ts";
import { DefinitionIdentity } from "../identity/definition-identity.ts";
import { digestOf } from "../identity/value-digest.ts";
import { dependenciesOf, resolved, taskInputs } from "../inputs/arguments.ts";
import { recordParameters } from "../inputs/recorded-parameters.ts";
import { aBoolean, aDuration, aName, anObject, checkOptions, type Rules, strings } from "../run/option-checks.ts";
import type { Scope } from "../scope.ts";
import { redactInside } from "../secrets/redaction.ts";
import { untilEnded } from "../session/run-watch.ts";
import { type Session, session } from "../session/session.ts";
import { requireDeployment } from "./deployment-lookup.ts";
import { aMoment, aPriority } from "./option-rules.ts";

const rules: Rules = {
  parameters: anObject,
  scheduledTime: aMoment,
  timeout: aDuration,
  asSubflow: aBoolean,
  idempotencyKey: aName,
  tags: strings,
  name: aName,
  priority: aPriority,
  workQueue: aName,
  jobVariables: anObject,
};

/** Makes a run of a deployment, and waits for its end. */
export async function runDeployment(call: DeploymentCall): Promise<DeploymentRun> {
  const { options, caller } = call;
  checkOptions("runDeployment()", options, rules);
  const scope = caller?.scope?.flowRunId === undefined || options.asSubflow === false ? undefined : caller.scope;
  const opened = caller?.scope?.isOpen === true ? caller.scope.session : await session();
  const release = opened.keepAlive();
  try {
    const { row: deployment, flowName } = await requireDeployment(opened, call.deployment);
    const made = await madeRun(opened, { call, deployment, flowName, scope });
    const seconds = options.timeout === undefined ? undefined : durationSeconds(options.timeout);
    const signal = (caller?.taskRun ?? caller?.flowRun)?.signal;
    const run = await untilEnded(opened, made, { seconds, signal });
    return presented(opened, run);
  } finally {
    release();
  }
}

interface Wanted {
  readonly call: DeploymentCall;
  readonly deployment: Deployment;
  readonly flowName: string;
  /** The scope of the flow run whose subflow it is. */
  readonly scope: Scope | undefined;
}

async function madeRun(opened: Session, { call, deployment, flowName, scope }: Wanted): Promise<FlowRun> {
  const { options } = call;
  const parameters = (await resolved(options.parameters ?? {})) as Record<string, unknown>;
  if (scope === undefined) return await createRun(opened, { deployment, options, parameters, tracking: null });
  const tracking = await createTrackingTask(
    scope,
    {
      name: `${flowName}/${deployment.name}`,
      label: `deployment-${deployment.id}`,
      version: deployment.version,
      tags: options.tags ?? [],
    },
    { order: call.order, identity: identityOf(call, { deployment, scope, parameters }), inputs: inputsOf(call, scope) },
  );
  const before = scope.isAgain ? await runOfEarlierAttempt(opened, tracking) : undefined;
  return before ?? (await createRun(opened, { deployment, options, parameters, tracking }));
}

interface RunToCreate {
  readonly deployment: Deployment;
  readonly options: RunDeploymentOptions;
  readonly parameters: Record<string, unknown>;
  /** The task run that represents it in its parent. */
  readonly tracking: string | null;
}

async function createRun(
  { client }: Session,
  { deployment, options, parameters, tracking }: RunToCreate,
): Promise<FlowRun> {
  const { scheduledTime, idempotencyKey, tags = [], name, priority, workQueue, jobVariables } = options;
  const { shown, kept } = await recorded(parameters, deployment);
  return await client.call<typeof createFlowRunFromDeployment>("POST /deployments/{id}/create_flow_run", {
    params: { id: deployment.id },
    body: {
      parameters: shown,
      ...(kept === undefined ? {} : { kept_parameters: kept }),
      // Makes the call repeatable when its answer is lost.
      idempotency_key: idempotencyKey ?? randomId(),
      tags: redactInside([...tags]),
      name: name ?? null,
      parent_task_run_id: tracking,
      ...(priority === undefined ? {} : { priority }),
      ...(workQueue === undefined ? {} : { work_queue_name: workQueue }),
      ...(jobVariables === undefined ? {} : { job_variables: { ...jobVariables } }),
      ...(scheduledTime === undefined ? {} : { state: scheduledAt(scheduledTime) }),
    },
  });
}

/** What only the exact form expresses has to hold all parameters, those of the deployment included. */
async function recorded(given: Record<string, unknown>, deployment: Deployment) {
  const checkJson = async (parameters: unknown) => parameters;
  const own = await recordParameters({ asked: given, checkJson });
  if (own.kept === undefined) return own;
  return await recordParameters({ asked: { ...deployment.parameters, ...given }, checkJson });
}

function scheduledAt(time: string | Date) {
  return { type: "SCHEDULED", state_details: { scheduled_time: new Date(time).toISOString() } } as const;
}

/** The run that an earlier attempt of the parent made for the same call, unless it ended without success. */
async function runOfEarlierAttempt({ client }: Session, tracking: string): Promise<FlowRun | undefined> {
  const [run] = await client.call<typeof filterFlowRuns>("POST /flow_runs/filter", {
    body: { flow_runs: { parent_task_run_id: { any_: [tracking] } }, sort: "EXPECTED_START_TIME_DESC", limit: 1 },
  });
  const type = run?.state_type ?? undefined;
  const isOfUse = type !== undefined && (type === "COMPLETED" || !isTerminal(type));
  return isOfUse ? run : undefined;
}

interface Tracked {
  readonly deployment: Deployment;
  readonly scope: Scope;
  readonly parameters: Record<string, unknown>;
}

function identityOf({ caller }: DeploymentCall, { deployment, scope, parameters }: Tracked): string | undefined {
  const given = digestOf(parameters);
  if (given === undefined) return undefined;
  const definition = new DefinitionIdentity({
    kind: "flow",
    name: deployment.name,
    key: `deployment ${deployment.id}`,
    origin: { fn: runDeployment, site: undefined, inRun: false },
  });
  return callIdentity({ definition, scope, parent: caller?.taskRun, given: given.text });
}

function inputsOf({ options, caller }: DeploymentCall, scope: Scope): TaskInputs {
  const named = new Map(
    Object.entries(options.parameters ?? {}).map(([name, value]) => [name, dependenciesOf(value, scope.provenance)]),
  );
  if (caller?.taskRun !== undefined) named.set("__parents__", { links: [], producers: [caller.taskRun.id] });
  return taskInputs(named);
}

function presented(opened: Session, { id, name, state }: FlowRun): DeploymentRun {
  if (state === null) throw new Error(`flow run ${id} has no state on the server`);
  return {
    id,
    name,
    url: opened.uiUrl === undefined ? undefined : `${opened.uiUrl}/runs/flow-run/${id}`,
    state: readState(state),
    async result() {
      return opened.server === undefined ? undefined : (await keptFlowResult(opened, id))?.value;
    },
  };
}
