import type { Static } from "typebox";
import { actionOutcomes, triggerStates } from "../automation-firings.ts";
import { Automation } from "../automations.ts";
import { route } from "../route.ts";
import { Enum, Maybe, Moment, Nullable, Offset, Open, Type, Uuid } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/** Names for what automations mention by its id. */
export const namedKinds = [
  "flow",
  "deployment",
  "work-pool",
  "work-queue",
  "block",
  "automation",
  "webhook",
  "asset",
] as const;
const Named = Open({
  id: Uuid,
  kind: Enum(namedKinds),
  /** Of an asset its key. */
  name: Type.String(),
  /** The flow of a deployment, the pool of a queue, the type of a block, what people call an asset. */
  of: Nullable(Type.String()),
});
export type NamedThing = Static<typeof Named>;

/** A firing in short: what became of its actions as a whole. Null where it had none. */
const FiringMark = Open({
  id: Uuid,
  occurred: Moment,
  trigger_state: Enum(triggerStates),
  outcome: Nullable(Enum(actionOutcomes)),
  /** Why the first of its failed actions failed. */
  reason: Nullable(Type.String()),
});
export type FiringMark = Static<typeof FiringMark>;

export const AutomationRow = Open({
  automation: Automation,
  /** The latest firings, the latest first. At most 12. */
  firings: Type.Array(FiringMark),
});
export type AutomationRow = Static<typeof AutomationRow>;

export const listAutomations = route({
  method: "POST",
  path: "/ui/automations/list",
  access: "read",
  summary: "Automations by name, with their latest firings and the names of what they mention",
  tag: pagesTag,
  body: Open({
    /** A part of the name. */
    text: Maybe(Type.String({ maxLength: 200 })),
    enabled: Maybe(Type.Boolean()),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 100 })),
    offset: Offset,
  }),
  bodyOptional: true,
  replies: {
    200: Open({
      results: Type.Array(AutomationRow),
      count: Type.Integer(),
      /** How many there are, whatever was asked for. */
      total: Type.Integer(),
      names: Type.Array(Named),
    }),
  },
});

export const readAutomationPage = route({
  method: "GET",
  path: "/ui/automations/{id}",
  access: "read",
  summary: "An automation with the names of what it mentions",
  tag: pagesTag,
  params: Open({ id: Uuid }),
  replies: {
    200: Open({
      automation: Automation,
      names: Type.Array(Named),
      /** The resource with which the automation goes, such as `prefect.deployment.<id>`. */
      owner: Nullable(Type.String()),
      /** Other automations that switch this one on or off. */
      switched_by: Type.Array(Open({ id: Uuid, name: Type.String() })),
    }),
  },
});

export const readAutomationChoices = route({
  method: "GET",
  path: "/ui/automations/choices",
  access: "read",
  summary: "What an automation can be made about: at most 500 of each kind by name",
  tag: pagesTag,
  replies: {
    200: Open({
      flows: Type.Array(Named),
      deployments: Type.Array(Named),
      work_pools: Type.Array(Named),
      work_queues: Type.Array(Named),
      automations: Type.Array(Named),
      assets: Type.Array(Named),
      /** Blocks that send messages. */
      notifiers: Type.Array(Named),
      webhooks: Type.Array(Named),
    }),
  },
});
