import type { Static } from "typebox";
import { type Action, ActionInput, maxActions } from "./actions.ts";
import { AutomationFilter } from "./filters.ts";
import { route } from "./route.ts";
import { ById, Count, Enum, Limit, Maybe, Moment, None, Offset, Open, Strict, Tags, Type, Uuid } from "./schema.ts";
import { type Trigger, TriggerInput } from "./triggers.ts";

const Actions = Type.Array(ActionInput, { maxItems: maxActions });

const automationFields = {
  name: Type.String({ maxLength: 1024 }),
  description: Type.Optional(Type.String()),
  enabled: Type.Optional(Type.Boolean()),
  tags: Type.Optional(Tags),
  trigger: TriggerInput,
  /** What is done each time that the trigger fires, with the event that fired it. */
  actions: Actions,
  /** The same with the event `prefect.automation.triggered`. */
  actions_on_trigger: Type.Optional(Actions),
  actions_on_resolve: Type.Optional(Actions),
};

/** `owner_resource` is the resource with which the automation goes, such as `prefect.deployment.<id>`. */
export const AutomationCreate = Strict({
  ...automationFields,
  owner_resource: Maybe(Type.String({ maxLength: 1024 })),
});
export type AutomationCreate = Static<typeof AutomationCreate>;

/** Replaces the whole automation. */
export const AutomationUpdate = Strict(automationFields);
export type AutomationUpdate = Static<typeof AutomationUpdate>;

export const AutomationPartialUpdate = Strict({ enabled: Type.Optional(Type.Boolean()) });
export type AutomationPartialUpdate = Static<typeof AutomationPartialUpdate>;

const KeptActions = Type.Array(Type.Unsafe<Action>(Open({ type: Type.String() })));

export const Automation = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  description: Type.String(),
  enabled: Type.Boolean(),
  tags: Tags,
  trigger: Type.Unsafe<Trigger>(Open({ type: Type.String(), id: Uuid })),
  actions: KeptActions,
  actions_on_trigger: KeptActions,
  actions_on_resolve: KeptActions,
});
export type Automation = Static<typeof Automation>;

export const automationSorts = ["NAME_ASC", "NAME_DESC", "CREATED_DESC", "UPDATED_DESC"] as const;
export type AutomationSort = (typeof automationSorts)[number];

/** The id of a resource in events, such as `prefect.deployment.<id>`. */
const OfResource = Open({ resource_id: Type.String() });
const tag = "Automations";

export const createAutomation = route({
  method: "POST",
  path: "/automations/",
  access: "run",
  summary: "Create an automation",
  tag,
  body: AutomationCreate,
  replies: { 201: Automation },
});

export const readAutomation = route({
  method: "GET",
  path: "/automations/{id}",
  access: "read",
  summary: "Read an automation",
  tag,
  params: ById,
  replies: { 200: Automation },
});

export const filterAutomations = route({
  method: "POST",
  path: "/automations/filter",
  access: "read",
  summary: "Find automations",
  tag,
  body: Open({
    automations: Maybe(AutomationFilter),
    sort: Maybe(Enum(automationSorts)),
    limit: Limit,
    offset: Offset,
  }),
  bodyOptional: true,
  replies: { 200: Type.Array(Automation) },
});

export const countAutomations = route({
  method: "POST",
  path: "/automations/count",
  access: "read",
  summary: "Count automations",
  tag,
  body: Open({ automations: Maybe(AutomationFilter) }),
  bodyOptional: true,
  replies: { 200: Count },
});

export const replaceAutomation = route({
  method: "PUT",
  path: "/automations/{id}",
  access: "run",
  summary: "Replace an automation",
  tag,
  params: ById,
  body: AutomationUpdate,
  replies: { 204: None },
});

export const changeAutomation = route({
  method: "PATCH",
  path: "/automations/{id}",
  access: "run",
  summary: "Switch an automation on or off",
  tag,
  params: ById,
  body: AutomationPartialUpdate,
  replies: { 204: None },
});

export const deleteAutomation = route({
  method: "DELETE",
  path: "/automations/{id}",
  access: "run",
  summary: "Delete an automation",
  tag,
  params: ById,
  replies: { 204: None },
});

export const automationsRelatedTo = route({
  method: "GET",
  path: "/automations/related-to/{resource_id}",
  access: "read",
  summary: "The automations that have to do with a resource",
  tag,
  params: OfResource,
  /** Prefect's servers have no `owned`, by which only those are found that go with the resource. */
  query: Open({ owned: Type.Optional(Type.Boolean()) }),
  replies: { 200: Type.Array(Automation) },
});

export const deleteAutomationsOwnedBy = route({
  method: "DELETE",
  path: "/automations/owned-by/{resource_id}",
  access: "run",
  summary: "Delete the automations that were made together with a resource",
  tag,
  params: OfResource,
  replies: { 202: None },
});
