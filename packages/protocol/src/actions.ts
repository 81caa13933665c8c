import type { Static } from "typebox";
import { Enum, JsonObject, Maybe, Open, StateTypeName, Tagged, Type, Uuid } from "./schema.ts";
import { DurationInput } from "./triggers.ts";

export const maxActions = 100;

/** Whether the subject is the one that the action names, or the one that the event is about. */
const Source = Type.Optional(Enum(["selected", "inferred"] as const));
const Subject = Maybe(Uuid);
const Text = Type.String({ maxLength: 100_000 });

function onDeployment<const T extends string>(type: T) {
  return Open({ type: Type.Literal(type), source: Source, deployment_id: Subject });
}

function onWorkPool<const T extends string>(type: T) {
  return Open({ type: Type.Literal(type), source: Source, work_pool_id: Subject });
}

function onWorkQueue<const T extends string>(type: T) {
  return Open({ type: Type.Literal(type), source: Source, work_queue_id: Subject });
}

function onAutomation<const T extends string>(type: T) {
  return Open({ type: Type.Literal(type), source: Source, automation_id: Subject });
}

/** Its subject is the flow run of the event. */
function onFlowRun<const T extends string>(type: T) {
  return Open({ type: Type.Literal(type) });
}

export const RunDeploymentAction = Open({
  type: Type.Literal("run-deployment"),
  source: Source,
  deployment_id: Subject,
  /** Strings in it may be templates. */
  parameters: Maybe(JsonObject),
  job_variables: Maybe(JsonObject),
  schedule_after: Type.Optional(DurationInput),
});

export const ChangeFlowRunStateAction = Open({
  type: Type.Literal("change-flow-run-state"),
  name: Maybe(Type.String()),
  state: StateTypeName,
  message: Maybe(Type.String()),
  force: Type.Optional(Type.Boolean()),
});

/** `payload` is a template; an object is one once it is written as JSON. */
export const CallWebhookAction = Open({
  type: Type.Literal("call-webhook"),
  block_document_id: Uuid,
  payload: Maybe(Type.Union([Text, JsonObject])),
});

/** `subject` and `body` are templates. */
export const SendNotificationAction = Open({
  type: Type.Literal("send-notification"),
  block_document_id: Uuid,
  subject: Type.Optional(Text),
  body: Text,
});

/** What an automation does when its trigger fires. */
export const ActionInput = Tagged("type", [
  Open({ type: Type.Literal("do-nothing") }),
  RunDeploymentAction,
  onDeployment("pause-deployment"),
  onDeployment("resume-deployment"),
  onFlowRun("cancel-flow-run"),
  onFlowRun("delete-flow-run"),
  ChangeFlowRunStateAction,
  onWorkQueue("pause-work-queue"),
  onWorkQueue("resume-work-queue"),
  SendNotificationAction,
  CallWebhookAction,
  onAutomation("pause-automation"),
  onAutomation("resume-automation"),
  onFlowRun("suspend-flow-run"),
  onFlowRun("resume-flow-run"),
  onWorkPool("pause-work-pool"),
  onWorkPool("resume-work-pool"),
]);
export type ActionInput = Static<typeof ActionInput>;
export type ActionType = ActionInput["type"];

type Source = "selected" | "inferred";

/** An action with everything that it leaves to its defaults. Durations are in seconds. */
export type Action =
  | { readonly type: "do-nothing" }
  | {
      readonly type: "run-deployment";
      readonly source: Source;
      readonly deployment_id: string | null;
      readonly parameters: Readonly<Record<string, unknown>> | null;
      readonly job_variables: Readonly<Record<string, unknown>> | null;
      readonly schedule_after: number;
    }
  | {
      readonly type: "pause-deployment" | "resume-deployment";
      readonly source: Source;
      readonly deployment_id: string | null;
    }
  | { readonly type: "cancel-flow-run" | "suspend-flow-run" }
  | { readonly type: "delete-flow-run" | "resume-flow-run" }
  | {
      readonly type: "change-flow-run-state";
      readonly name: string | null;
      readonly state: Static<typeof StateTypeName>;
      readonly message: string | null;
      readonly force: boolean;
    }
  | {
      readonly type: "pause-work-queue" | "resume-work-queue";
      readonly source: Source;
      readonly work_queue_id: string | null;
    }
  | {
      readonly type: "send-notification";
      readonly block_document_id: string;
      readonly subject: string;
      readonly body: string;
    }
  | { readonly type: "call-webhook"; readonly block_document_id: string; readonly payload: string | null }
  | {
      readonly type: "pause-automation" | "resume-automation";
      readonly source: Source;
      readonly automation_id: string | null;
    }
  | {
      readonly type: "pause-work-pool" | "resume-work-pool";
      readonly source: Source;
      readonly work_pool_id: string | null;
    };
