import { type Duration, durationSeconds, type StateName, typeOfName } from "@ostinato/core";
import type { NamedBlock } from "../blocks/block-options.ts";
import { UsageError } from "../errors.ts";
import { shown } from "../run/option-checks.ts";
import { type Action, madeAction } from "./action.ts";
import { blockReference, type DeploymentReference, deploymentReference, type Reference } from "./references.ts";

/** The service that sends a message: a block by its name. Any block of such a type will do: `{ type: "slack-webhook", name: "team" }`. */
type Sender = NamedBlock;

/** A block of the type Slack Webhook. */
export const slack = (name: string): Sender => ({ type: "slack-webhook", name });
/** A block of the type Microsoft Teams Webhook. */
export const teams = (name: string): Sender => ({ type: "ms-teams-webhook", name });
/** A block of the type Discord Webhook. */
export const discord = (name: string): Sender => ({ type: "discord-webhook", name });
/** A block of the type Mattermost Webhook. */
export const mattermost = (name: string): Sender => ({ type: "mattermost-webhook", name });
/** A block of the type Pager Duty Webhook. */
export const pagerDuty = (name: string): Sender => ({ type: "pager-duty-webhook", name });
/** A block of the type Opsgenie Webhook. */
export const opsgenie = (name: string): Sender => ({ type: "opsgenie-webhook", name });
/** A block of the type Twilio SMS. */
export const twilio = (name: string): Sender => ({ type: "twilio-sms", name });
/** A block of the type Email, which has the recipients. */
export const email = (name: string): Sender => ({ type: "email", name });
/** A block of the type Custom Webhook, which sends the message by a request of your own. */
export const customWebhook = (name: string): Sender => ({ type: "custom-webhook", name });
/** A block of the type Webhook, for `callWebhook()`. */
export const webhook = (name: string): NamedBlock => ({ type: "webhook", name });

export interface MessageOptions {
  /** A template of Jinja. The name of the automation by default. */
  readonly subject?: string;
  /** A template of Jinja. By default the flow run with its state, or the event with its resource. */
  readonly body?: string;
}

const defaultSubject = "{{ automation.name }}";
const defaultBody = [
  "{% if flow_run %}Flow run {{ flow_run.name }} of flow {{ flow.name }} is {{ flow_run.state.name }}.",
  "{% if flow_run.state.message %} {{ flow_run.state.message }}{% endif %}",
  "{% elif event %}{{ event.event }}: {{ event.resource.id }}{% else %}{{ automation.name }} has fired.{% endif %}",
].join("");

/** Sends a message: `notify(slack("team"), { subject: "…", body: "…" })`. */
export function notify(
  sender: NamedBlock,
  { subject = defaultSubject, body = defaultBody }: MessageOptions = {},
): Action {
  return madeAction("send-notification", { block_document_id: blockOf("notify()", sender), subject, body });
}

export interface WebhookOptions {
  /** The body of the request: a template of Jinja, or an object whose strings are templates. */
  readonly payload?: string | Readonly<Record<string, unknown>>;
}

/** Calls the address of a webhook block: `callWebhook(webhook("ci"), { payload: { day: "{{ event.occurred }}" } })`. */
export function callWebhook(block: NamedBlock, { payload = "" }: WebhookOptions = {}): Action {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload, null, 2);
  return madeAction("call-webhook", { block_document_id: blockOf("callWebhook()", block), payload: text });
}

export interface RunOptions {
  /** Parameters of the run. Strings in them may be templates of Jinja; one that is a single expression keeps its type. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly jobVariables?: Readonly<Record<string, unknown>>;
  /** How long after the firing the run is to start. At once by default. */
  readonly after?: Duration;
}

/** Starts a run of a deployment; of that which the event is about where none is named. */
export function runDeployment(deployment?: DeploymentReference, options: RunOptions = {}): Action {
  const { parameters, jobVariables, after = 0 } = options;
  return madeAction("run-deployment", {
    ...subject("deployment_id", deployment === undefined ? undefined : deploymentReference(deployment)),
    parameters: parameters ?? null,
    job_variables: jobVariables ?? null,
    schedule_after: durationSeconds(after),
  });
}

/** Pauses a deployment; that which the event is about where none is named. */
export function pauseDeployment(deployment?: DeploymentReference): Action {
  return onDeployment("pause-deployment", deployment);
}

/** Resumes a deployment; that which the event is about where none is named. */
export function resumeDeployment(deployment?: DeploymentReference): Action {
  return onDeployment("resume-deployment", deployment);
}

/** Pauses a work pool; that which the event is about where none is named. */
export function pauseWorkPool(pool?: string): Action {
  return madeAction("pause-work-pool", subject("work_pool_id", named("work-pool", pool)));
}

/** Resumes a work pool; that which the event is about where none is named. */
export function resumeWorkPool(pool?: string): Action {
  return madeAction("resume-work-pool", subject("work_pool_id", named("work-pool", pool)));
}

/** Pauses a work queue, `"pool/queue"`; that which the event is about where none is named. */
export function pauseWorkQueue(queue?: string): Action {
  return madeAction("pause-work-queue", subject("work_queue_id", named("work-queue", queue)));
}

/** Resumes a work queue, `"pool/queue"`; that which the event is about where none is named. */
export function resumeWorkQueue(queue?: string): Action {
  return madeAction("resume-work-queue", subject("work_queue_id", named("work-queue", queue)));
}

/** Pauses an automation by its name or id; that which the event is about where none is named. */
export function pauseAutomation(automation?: string): Action {
  return madeAction("pause-automation", subject("automation_id", named("automation", automation)));
}

/** Resumes an automation by its name or id; that which the event is about where none is named. */
export function resumeAutomation(automation?: string): Action {
  return madeAction("resume-automation", subject("automation_id", named("automation", automation)));
}

/** Cancels the flow run that the event is about. */
export const cancelRun = (): Action => madeAction("cancel-flow-run", {});
/** Suspends the flow run that the event is about. */
export const suspendRun = (): Action => madeAction("suspend-flow-run", {});
/** Resumes the flow run that the event is about. */
export const resumeRun = (): Action => madeAction("resume-flow-run", {});
/** Deletes the flow run that the event is about. */
export const deleteRun = (): Action => madeAction("delete-flow-run", {});
/** Does nothing: the firing itself is an event. */
export const doNothing = (): Action => madeAction("do-nothing", {});

export interface ChangeStateOptions {
  readonly message?: string;
  /** Whether the rules are skipped that would refuse the state. */
  readonly force?: boolean;
}

/** Gives the flow run that the event is about another state. */
export function changeState(state: StateName, { message, force = false }: ChangeStateOptions = {}): Action {
  const type = typeOfName(state);
  if (type === undefined)
    throw new UsageError(`changeState() takes the name of a state, and was given ${shown(state)}`);
  return madeAction("change-flow-run-state", { state: type, name: state, message: message ?? null, force });
}

function onDeployment(type: "pause-deployment" | "resume-deployment", given: DeploymentReference | undefined): Action {
  return madeAction(type, subject("deployment_id", given === undefined ? undefined : deploymentReference(given)));
}

function named(kind: Reference["kind"], name: string | undefined): Reference | undefined {
  return name === undefined ? undefined : { kind, name };
}

function subject(field: string, reference: Reference | undefined) {
  return { source: reference === undefined ? "inferred" : "selected", [field]: reference ?? null };
}

function blockOf(what: string, block: NamedBlock): Reference {
  const { type, name } = Object(block) as Partial<NamedBlock>;
  if (typeof type === "string" && typeof name === "string") return blockReference({ type, name });
  throw new UsageError(`${what} takes a block, such as slack("team"), and was given ${shown(block)}`);
}
