import type { ActionPreview } from "@ostinato/protocol";
import * as blockDocuments from "../block-documents/block-documents.service.ts";
import * as deployments from "../deployments/deployments.service.ts";
import type { Context } from "../kernel/context.ts";
import { RequestError } from "../kernel/errors.ts";
import type { JsonObject } from "../user-input/json-types.rules.ts";
import { ActionFailed, type ActionJob } from "./action-job.ts";
import { renderedParameters, renderedTexts } from "./rendering.service.ts";
import { flowRunOf, subjectOf } from "./subjects.rules.ts";

type Preview = Pick<ActionPreview, "target" | "rendered" | "problem">;

/** What an action would do, without doing it. Of blocks no more than the id is told. */
export async function preview(context: Context, job: ActionJob): Promise<Preview> {
  let target: string | null = null;
  let rendered: JsonObject = {};
  try {
    target = targetOf(job);
    rendered = await renderedBy(context, job);
    await checkTarget(context, job, target);
    return { target, rendered, problem: null };
  } catch (error) {
    if (!(error instanceof ActionFailed || error instanceof RequestError)) throw error;
    return { target, rendered, problem: error.message };
  }
}

function targetOf(job: ActionJob): string | null {
  const { action } = job;
  switch (action.type) {
    case "do-nothing":
      return null;
    case "run-deployment":
    case "pause-deployment":
    case "resume-deployment":
      return `prefect.deployment.${subjectOf(action.deployment_id, "deployment", job)}`;
    case "pause-work-pool":
    case "resume-work-pool":
      return `prefect.work-pool.${subjectOf(action.work_pool_id, "work-pool", job)}`;
    case "pause-work-queue":
    case "resume-work-queue":
      return `prefect.work-queue.${subjectOf(action.work_queue_id, "work-queue", job)}`;
    case "pause-automation":
    case "resume-automation":
      return `prefect.automation.${subjectOf(action.automation_id, "automation", job)}`;
    case "cancel-flow-run":
    case "suspend-flow-run":
    case "resume-flow-run":
    case "delete-flow-run":
    case "change-flow-run-state":
      return `prefect.flow-run.${flowRunOf(job)}`;
    case "call-webhook":
    case "send-notification":
      return `prefect.block-document.${action.block_document_id}`;
    default:
      return action satisfies never;
  }
}

async function renderedBy(context: Context, job: ActionJob): Promise<JsonObject> {
  const { action } = job;
  switch (action.type) {
    case "run-deployment":
      return { parameters: await renderedParameters(context, job, action.parameters ?? {}) };
    case "call-webhook": {
      const [payload] = await renderedTexts(context, job, [action.payload ?? ""]);
      return { payload };
    }
    case "send-notification": {
      const [subject, body] = await renderedTexts(context, job, [action.subject, action.body]);
      return { subject, body };
    }
    case "change-flow-run-state":
      return { state: action.state, name: action.name, message: action.message };
    default:
      return {};
  }
}

/** Throws where a deployment or a block that the action needs is gone. */
async function checkTarget(context: Context, { action }: ActionJob, target: string | null): Promise<void> {
  const id = target?.slice(target.lastIndexOf(".") + 1) ?? "";
  if (target?.startsWith("prefect.deployment.") === true) await deployments.read(context, id);
  if ("block_document_id" in action) await blockDocuments.read(context, id, false);
}
