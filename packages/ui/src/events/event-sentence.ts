import type { Event, StateType } from "../api/types.ts";

/** An event in words: what it is about, and what happened to it. */
export interface EventSentence {
  /** `Flow run`, `Task run`; undefined where the event's name says all. */
  readonly noun: string | undefined;
  readonly name: string | undefined;
  readonly did: string;
  /** The state that a run entered. */
  readonly state: { readonly type: StateType; readonly name: string } | undefined;
  readonly message: string | undefined;
}

export function sentenceOf(event: Event): EventSentence {
  const { resource } = event;
  const [, kind = "", ending = ""] = /^(?:prefect|ostinato)\.([a-z-]+)\.(.+)$/.exec(event.event) ?? [];
  const noun = nouns[kind];
  const named = resource["prefect.resource.name"];
  // The key of an asset is its id.
  const name = named ?? (kind === "asset" ? resource["prefect.resource.id"] : undefined);
  const type = resource["prefect.state-type"];
  const stateName = resource["prefect.state-name"] ?? ending;
  const isState = (kind === "flow-run" || kind === "task-run") && type !== undefined;
  if (isState) {
    const message = resource["prefect.state-message"] ?? messageIn(event.payload);
    return {
      noun,
      name,
      did: entered[stateName] ?? `went into the state “${stateName}”`,
      state: { type: type as StateType, name: stateName },
      message: message === "" ? undefined : message,
    };
  }
  // The event of a method of a block names the type of the block too: `prefect.block.secret.loaded`.
  const did = happened[kind === "block" ? ending.slice(ending.lastIndexOf(".") + 1) : ending];
  if (noun === undefined || did === undefined) {
    return { noun: undefined, name, did: event.event, state: undefined, message: undefined };
  }
  return { noun, name, did, state: undefined, message: reasonIn(event.payload) };
}

/** Why an action of an automation has failed. */
function reasonIn(payload: Event["payload"]): string | undefined {
  return typeof payload.reason === "string" && payload.reason !== "" ? payload.reason : undefined;
}

/** Events of Prefect's client name the message of a state in their payload. */
function messageIn(payload: unknown): string | undefined {
  if (typeof payload !== "object" || payload === null || !("validated_state" in payload)) return undefined;
  const state = payload.validated_state;
  if (typeof state !== "object" || state === null || !("message" in state)) return undefined;
  return typeof state.message === "string" ? state.message : undefined;
}

const nouns: Readonly<Record<string, string>> = {
  "flow-run": "Flow run",
  "task-run": "Task run",
  "artifact-collection": "Artifact",
  deployment: "Deployment",
  "work-pool": "Work pool",
  "work-queue": "Work queue",
  worker: "Worker",
  "block-document": "Block",
  "block-type": "Block type",
  block: "Block",
  variable: "Variable",
  automation: "Automation",
  "concurrency-limit": "Limit",
  asset: "Asset",
  webhook: "Webhook",
};

/** By the name of the state. */
const entered: Readonly<Record<string, string>> = {
  Scheduled: "was scheduled",
  Late: "is late",
  AwaitingRetry: "waits to be retried",
  AwaitingConcurrencySlot: "waits for a free slot",
  Resuming: "is about to go on",
  Restarting: "is about to start again",
  Pending: "is about to start",
  Submitting: "is handed to its infrastructure",
  InfrastructurePending: "waits for its infrastructure",
  NotReady: "waits for what it depends on, and will not start",
  Running: "started",
  Retrying: "started its next attempt",
  Rerunning: "started again",
  Completed: "completed",
  Cached: "took its result from the cache",
  RolledBack: "was rolled back",
  Failed: "failed",
  TimedOut: "ran out of time",
  Crashed: "crashed",
  Cancelling: "was asked to stop",
  Cancelled: "was cancelled",
  Paused: "paused",
  Suspended: "was suspended",
};

const happened: Readonly<Record<string, string>> = {
  heartbeat: "gave a sign of life",
  created: "was created",
  updated: "was updated",
  deleted: "was deleted",
  loaded: "was loaded",
  ready: "became ready",
  "not-ready": "is not ready any more",
  paused: "was paused",
  disabled: "was switched off",
  "executed-flow-run": "started the run",
  triggered: "fired",
  resolved: "was resolved",
  failed: "made no event of a post",
  referenced: "was read",
  "materialization.succeeded": "was made",
  "materialization.failed": "could not be made",
  "action.triggered": "began an action",
  "action.executed": "did an action",
  "action.failed": "could not do an action",
  acquired: "gave a slot",
  released: "got a slot back",
};
