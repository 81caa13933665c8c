import type { Static } from "typebox";
import { AutomationCreate } from "./automations.ts";
import { Event, Resource } from "./events.ts";
import { route } from "./route.ts";
import { ById, Enum, JsonObject, Maybe, Moment, MomentInput, Nullable, Open, Strict, Type, Uuid } from "./schema.ts";

/** Bounds on the replay of an automation. */
export const automationTestLimits = { days: 30, events: 100_000, seconds: 5, shownFirings: 20 } as const;
/** Firings per page of the history of an automation. */
export const maxFirings = 50;

/** An event that made an automation fire, without its payload. */
export const CausingEvent = Open({
  id: Uuid,
  occurred: Moment,
  event: Type.String(),
  resource: Resource,
  related: Type.Array(Resource),
});
export type CausingEvent = Static<typeof CausingEvent>;

export const triggerStates = ["Triggered", "Resolved"] as const;
export type TriggerState = (typeof triggerStates)[number];

/** The lists of actions that an automation has. */
export const actionLists = ["actions", "actions_on_trigger", "actions_on_resolve"] as const;
export type ActionList = (typeof actionLists)[number];

/** `PENDING` before the first attempt, `RETRYING` where another attempt follows one that failed. */
export const actionOutcomes = ["PENDING", "RETRYING", "EXECUTED", "FAILED"] as const;

/** What became of an action of a firing. */
export const ActionOutcome = Open({
  /** The same at each attempt. */
  invocation: Uuid,
  /** The place of the action among those of the firing. */
  index: Type.Integer(),
  type: Type.String(),
  outcome: Enum(actionOutcomes),
  attempts: Type.Integer(),
  /** When the last attempt ended; null before the first one. */
  occurred: Nullable(Moment),
  /** Why the last attempt failed. */
  reason: Nullable(Type.String()),
  /** When the next attempt is made; null where none follows. */
  next_attempt: Nullable(Moment),
  /** What there is to tell beside that, such as `status_code` and the beginning of an answer as `response_body`. */
  details: JsonObject,
  /** What the action was done to (role `target`), and what it made, such as a flow run. */
  related: Type.Array(Resource),
});
export type ActionOutcome = Static<typeof ActionOutcome>;

/** A firing of an automation. Its id is that of the event `prefect.automation.triggered` or `.resolved` that tells of it. */
export const AutomationFiring = Open({
  id: Uuid,
  automation_id: Uuid,
  trigger_state: Enum(triggerStates),
  /** When the server noticed it. */
  occurred: Moment,
  /** When it fired by the times of its events, or when its deadline passed. */
  triggered: Moment,
  /** The values of the trigger's `for_each`. */
  labels: Type.Record(Type.String(), Type.String()),
  /** What a metric trigger measured; null for others. */
  value: Nullable(Type.Number()),
  /** The events that made it fire, the first one first. Those that retention has removed are left out. */
  events: Type.Array(CausingEvent),
  actions: Type.Array(ActionOutcome),
});
export type AutomationFiring = Static<typeof AutomationFiring>;

/** What an action would do, with its templates rendered. */
export const ActionPreview = Open({
  list: Enum(actionLists),
  /** The place of the action in its list. */
  index: Type.Integer(),
  type: Type.String(),
  /** The resource that it would act on, such as `prefect.deployment.<id>` or `prefect.block-document.<id>`; null for do-nothing. */
  target: Nullable(Type.String()),
  /** The rendered `parameters`, `payload`, or `subject` and `body`. */
  rendered: JsonObject,
  /** Why the action could not be done; null where nothing is known to be in its way. */
  problem: Nullable(Type.String()),
});
export type ActionPreview = Static<typeof ActionPreview>;

export const TestedFiring = Open({
  triggered: Moment,
  trigger_state: Enum(triggerStates),
  labels: Type.Record(Type.String(), Type.String()),
  value: Nullable(Type.Number()),
  events: Type.Array(CausingEvent),
  actions: Type.Array(ActionPreview),
});
export type TestedFiring = Static<typeof TestedFiring>;

/** What an automation would have done over past events. */
export const AutomationTest = Open({
  /** The time that was replayed. `until` is before now where the replay was cut short. */
  since: Moment,
  until: Moment,
  /** Whether the replay reached the present. It ends after a number of events or seconds. */
  complete: Type.Boolean(),
  /** Events that were read, and those of them that the trigger counts. */
  events_read: Type.Integer(),
  events_matched: Type.Integer(),
  /** All firings. */
  count: Type.Integer(),
  /** The latest ones, the first of them first. */
  firings: Type.Array(TestedFiring),
});
export type AutomationTest = Static<typeof AutomationTest>;

const tag = "Automations";

export const testAutomation = route({
  method: "POST",
  path: "/automations/test",
  access: "run",
  summary: "Replay an automation over past events, without saving it or acting",
  tag,
  body: Strict({
    automation: AutomationCreate,
    /** From when on; `days` before now where it is left out. */
    since: Maybe(MomentInput),
    days: Maybe(Type.Number({ exclusiveMinimum: 0, maximum: automationTestLimits.days })),
  }),
  replies: { 200: AutomationTest },
});

/** An event that did not happen, to try actions with. */
export const SampleEvent = Strict({
  event: Event.properties.event,
  resource: Resource,
  related: Type.Optional(Type.Array(Resource)),
  payload: Type.Optional(JsonObject),
  occurred: Maybe(MomentInput),
});
export type SampleEvent = Static<typeof SampleEvent>;

/** What happened when actions were run. */
export const ActionsRun = Open({
  /** The event that they were run with. */
  event: Nullable(CausingEvent),
  actions: Type.Array(ActionOutcome),
});
export type ActionsRun = Static<typeof ActionsRun>;

export const runAutomationActions = route({
  method: "POST",
  path: "/automations/{id}/run-actions",
  access: "run",
  summary: "Run the actions of an automation now, once each",
  tag,
  params: ById,
  body: Strict({
    /** Which actions. */
    list: Maybe(Enum(actionLists)),
    /** The places of actions in the list; all of them where it is left out. */
    indices: Maybe(Type.Array(Type.Integer({ minimum: 0 }))),
    /** The firing whose events they are run with, */
    firing_id: Maybe(Uuid),
    /** or the event, */
    event_id: Maybe(Uuid),
    /** or a sample. Without any, the latest event of the last days that the trigger takes. */
    event: Maybe(SampleEvent),
  }),
  bodyOptional: true,
  replies: { 200: ActionsRun },
});

export const automationFirings = route({
  method: "GET",
  path: "/automations/{id}/firings",
  access: "read",
  summary: "The firings of an automation, the latest first, with their events and what became of their actions",
  tag,
  params: ById,
  query: Open({
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxFirings })),
    /** Only firings before the one with this id. */
    before: Type.Optional(Uuid),
  }),
  replies: {
    200: Open({
      firings: Type.Array(AutomationFiring),
      /** The `before` of the next page; null on the last one. */
      next: Nullable(Uuid),
      /** Firings in all, counted up to 10,000. */
      count: Type.Integer(),
    }),
  },
});
