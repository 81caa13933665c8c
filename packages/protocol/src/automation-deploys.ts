import type { Static } from "typebox";
import { route } from "./route.ts";
import { ById, Limit, Maybe, None, Nullable, Offset, Open, Strict, Type, Uuid } from "./schema.ts";

/** Bounds on the record of a deploy. */
const maxNameCharacters = 1024;
const maxParts = 50;

const Written = Type.Record(Type.String(), Type.String({ maxLength: 100 }), { maxProperties: maxParts });

/** What the last deploy of an automation wrote, so that the next one knows what somebody has changed since then. */
export const AutomationDeploy = Open({
  automation_id: Uuid,
  /** Whose automation it is; null for none. */
  project: Nullable(Type.String()),
  /** Digests of the values, by field. */
  written: Written,
});
export type AutomationDeploy = Static<typeof AutomationDeploy>;

const tag = "Automations";

export const keepAutomationDeploy = route({
  method: "PUT",
  path: "/automations/{id}/deploy",
  access: "run",
  summary: "Keep what a deploy wrote of an automation",
  tag,
  params: ById,
  body: Strict({ project: Maybe(Type.String({ maxLength: maxNameCharacters })), written: Written }),
  replies: { 204: None },
});

export const filterAutomationDeploys = route({
  method: "POST",
  path: "/automations/deploys/filter",
  access: "read",
  summary: "Find what deploys wrote of automations, by automation or by project",
  tag,
  body: Open({
    automation_id: Maybe(Uuid),
    project: Maybe(Type.String({ maxLength: maxNameCharacters })),
    limit: Limit,
    offset: Offset,
  }),
  replies: { 200: Type.Array(AutomationDeploy) },
});
