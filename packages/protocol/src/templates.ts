import type { Static } from "typebox";
import { route } from "./route.ts";
import { None, Open, Type } from "./schema.ts";

export const TemplateProblem = Open({
  error: Open({
    /** Counted from 1; 0 where the template as a whole is to blame. */
    line: Type.Integer(),
    message: Type.String(),
    source: Type.String(),
  }),
});
export type TemplateProblem = Static<typeof TemplateProblem>;

export const validateTemplate = route({
  method: "POST",
  path: "/templates/validate",
  access: "read",
  summary: "Whether a text is a template of Jinja that can be rendered here",
  tag: "Automations",
  body: Type.String(),
  replies: { 204: None, 422: TemplateProblem },
});
