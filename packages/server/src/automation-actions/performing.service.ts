import { addSeconds, formatTimestamp, stateNames } from "@ostinato/core";
import type { Action, OrchestrationResult, StateCreate } from "@ostinato/protocol";
import * as automations from "../automations/automations.service.ts";
import { DatabaseUnavailable } from "../db/dialect.ts";
import * as deployments from "../deployments/changes.service.ts";
import { createRun } from "../deployments/runs.service.ts";
import { remove as removeFlowRun } from "../flow-runs/deletion.service.ts";
import { resume } from "../flow-runs/resumption.service.ts";
import { propose } from "../flow-runs/transitions.service.ts";
import type { Context } from "../kernel/context.ts";
import { RequestError } from "../kernel/errors.ts";
import * as workPools from "../work-pools/work-pools.service.ts";
import * as workQueues from "../work-queues/work-queues.service.ts";
import { ActionFailed, type ActionJob, type Done, target } from "./action-job.ts";
import { runKey } from "./chains.service.ts";
import { renderedParameters } from "./rendering.service.ts";
import { flowRunOf, subjectOf } from "./subjects.rules.ts";

/** As in Prefect. */
const suspendedSeconds = 3600;

/** Does an action. Throws an ActionFailed with the reason where it can't be done. */
export async function perform(context: Context, job: ActionJob): Promise<Done> {
  try {
    return await performed(context, job);
  } catch (error) {
    if (error instanceof ActionFailed) throw error;
    if (error instanceof DatabaseUnavailable) throw new ActionFailed(error.message, { retry: "soon" });
    if (!(error instanceof RequestError)) throw error;
    const { status, message } = error;
    throw new ActionFailed(`${job.action.type}: ${message}`, {
      retry: status >= 500 ? "soon" : "never",
      details: { status_code: status },
    });
  }
}

async function performed(context: Context, job: ActionJob): Promise<Done> {
  const { action } = job;
  switch (action.type) {
    case "do-nothing":
      return { details: {}, related: [] };
    case "run-deployment":
      return runDeployment(context, job, action);
    case "pause-deployment":
    case "resume-deployment": {
      const id = subjectOf(action.deployment_id, "deployment", job);
      const change = action.type === "pause-deployment" ? deployments.pause : deployments.resume;
      return changed(target("deployment", id), change(context, id));
    }
    case "pause-work-pool":
    case "resume-work-pool": {
      const id = subjectOf(action.work_pool_id, "work-pool", job);
      const [pool] = await workPools.readMany(context, [id]);
      if (pool === undefined) throw new ActionFailed(`Work pool ${id} not found`);
      const isPaused = action.type === "pause-work-pool";
      return changed(target("work-pool", id, pool.name), workPools.change(context, pool.name, { is_paused: isPaused }));
    }
    case "pause-work-queue":
    case "resume-work-queue": {
      const id = subjectOf(action.work_queue_id, "work-queue", job);
      const isPaused = action.type === "pause-work-queue";
      return changed(target("work-queue", id), workQueues.change(context, { id }, { is_paused: isPaused }));
    }
    case "pause-automation":
    case "resume-automation": {
      const id = subjectOf(action.automation_id, "automation", job);
      const enabled = action.type === "resume-automation";
      return changed(target("automation", id), automations.change(context, id, { enabled }));
    }
    case "cancel-flow-run":
    case "suspend-flow-run":
    case "change-flow-run-state":
      return changeState(context, job, action);
    case "resume-flow-run": {
      const id = flowRunOf(job);
      const { result } = await resume(context, id, { by: { from: "automation", user: null } });
      return accepted(target("flow-run", id), result, "Failed to resume flow run");
    }
    case "delete-flow-run": {
      const id = flowRunOf(job);
      return changed(target("flow-run", id), removeFlowRun(context, id));
    }
    case "call-webhook": {
      const { callWebhook } = await blockCalls();
      return callWebhook(context, job, { blockId: action.block_document_id, payload: action.payload ?? "" });
    }
    case "send-notification": {
      const { sendNotification } = await blockCalls();
      const { block_document_id: blockId, subject, body } = action;
      return sendNotification(context, job, { blockId, subject, body });
    }
    default:
      return action satisfies never;
  }
}

/** Loaded with the first call: a server that calls nobody does without what makes mails and requests. */
const blockCalls = () => import("./block-calls.service.ts");

async function runDeployment(
  context: Context,
  job: ActionJob,
  action: Extract<Action, { readonly type: "run-deployment" }>,
): Promise<Done> {
  const id = subjectOf(action.deployment_id, "deployment", job);
  const parameters = await renderedParameters(context, job, action.parameters ?? {});
  const scheduled = addSeconds(context.clock.now(), action.schedule_after);
  const { automation, index, chain } = job;
  const key = runKey({ automationId: automation.id, index, id: job.id, chain });
  const about = target("deployment", id);
  const creating = createRun(context, id, {
    state: { type: "SCHEDULED", state_details: { scheduled_time: formatTimestamp(scheduled) } },
    parameters,
    idempotency_key: key,
    ...(action.job_variables === null ? {} : { job_variables: action.job_variables }),
  });
  const { flowRun } = await aboutIt([about], creating);
  const run = {
    "prefect.resource.id": `prefect.flow-run.${flowRun.id}`,
    "prefect.resource.role": "flow-run",
    "prefect.resource.name": flowRun.name,
  };
  return { details: { status_code: 201 }, related: [about, run] };
}

type StateAction = Extract<Action, { readonly type: "change-flow-run-state" | "cancel-flow-run" | "suspend-flow-run" }>;

async function changeState(context: Context, job: ActionJob, action: StateAction): Promise<Done> {
  const id = flowRunOf(job);
  const isForced = action.type === "change-flow-run-state" && action.force;
  const proposal = {
    state: stateOf(context, job, action),
    ruleSet: isForced ? ("minimal" as const) : ("core" as const),
  };
  const about = target("flow-run", id);
  const { result } = await aboutIt([about], propose(context, id, proposal));
  return accepted(about, result, "Failed to set state");
}

function stateOf({ clock }: Context, { automation }: ActionJob, action: StateAction): StateCreate {
  const by = `by Automation ${automation.id}`;
  if (action.type === "change-flow-run-state") {
    const { state: type, name, message } = action;
    return { type, ...(name === null ? {} : { name }), message: message || `State changed ${by}` };
  }
  if (action.type !== "suspend-flow-run") return { type: "CANCELLING", message: `Cancelled ${by}` };
  const timeout = formatTimestamp(addSeconds(clock.now(), suspendedSeconds));
  return {
    type: "PAUSED",
    name: stateNames.suspended,
    message: `Suspended ${by}`,
    state_details: { pause_timeout: timeout, pause_reschedule: true },
  };
}

async function changed(about: ReturnType<typeof target>, changing: Promise<unknown>): Promise<Done> {
  await aboutIt([about], changing);
  return { details: { status_code: 204 }, related: [about] };
}

/** A refusal tells what was refused as well. */
async function aboutIt<T>(related: Done["related"], doing: Promise<T>): Promise<T> {
  try {
    return await doing;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const { status, message } = error;
    throw new ActionFailed(message, {
      retry: status >= 500 ? "soon" : "never",
      details: { status_code: status },
      related,
    });
  }
}

function accepted(about: ReturnType<typeof target>, { status, details }: OrchestrationResult, what: string): Done {
  const told = { details: { status_code: 201 }, related: [about] };
  if (status === "ACCEPT") return told;
  const reason = "reason" in details && typeof details.reason === "string" ? details.reason : status.toLowerCase();
  throw new ActionFailed(`${what}: ${reason}`, told);
}
