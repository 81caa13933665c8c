import { route } from "./route.ts";
import { ById, Maybe, Nullable, Open, Type } from "./schema.ts";

/** The JSON Schema of a flow's parameters, kept for forms under the flow's version. */
export const keepParameterSchema = route({
  method: "PUT",
  path: "/flows/{id}/parameter_schema",
  access: "run",
  summary: "Keep the JSON Schema of a flow's parameters",
  tag: "Flows",
  params: ById,
  body: Open({ version: Maybe(Type.String()), schema: Type.Unknown() }),
  replies: { 204: Type.Null() },
});

export const readParameterSchema = route({
  method: "GET",
  path: "/flows/{id}/parameter_schema",
  access: "read",
  summary: "The newest JSON Schema of a flow's parameters; null if no client reported one",
  tag: "Flows",
  params: ById,
  replies: { 200: Open({ schema: Nullable(Type.Unknown()) }) },
});
