import type { Static } from "typebox";
import { VariableFilter } from "./filters.ts";
import { variableNames } from "./name-rules.ts";
import { route } from "./route.ts";
import { ById, Count, Enum, Limit, Maybe, Moment, None, Offset, Open, Strict, Tags, Type, Uuid } from "./schema.ts";

const Name = Type.Refine(
  Type.String({ maxLength: variableNames.maxCharacters }),
  (name) => variableNames.pattern.test(name),
  () => variableNames.refusal,
);

/** Any value of JSON. The service bounds its size. */
const Value = Type.Unknown();

export const VariableCreate = Strict({ name: Name, value: Value, tags: Type.Optional(Tags) });
export type VariableCreate = Static<typeof VariableCreate>;

/** Writes only the fields that are present. */
export const VariableUpdate = Strict({ name: Maybe(Name), value: Type.Optional(Value), tags: Maybe(Tags) });
export type VariableUpdate = Static<typeof VariableUpdate>;

export const Variable = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  value: Value,
  tags: Tags,
});
export type Variable = Static<typeof Variable>;

export const variableSorts = ["NAME_ASC", "NAME_DESC", "CREATED_DESC", "UPDATED_DESC"] as const;
export type VariableSort = (typeof variableSorts)[number];

const tag = "Variables";
const ByName = Open({ name: Type.String() });

export const createVariable = route({
  method: "POST",
  path: "/variables/",
  access: "run",
  summary: "Create a variable",
  tag,
  body: VariableCreate,
  replies: { 201: Variable },
});

export const readVariable = route({
  method: "GET",
  path: "/variables/{id}",
  access: "read",
  summary: "Read a variable",
  tag,
  params: ById,
  replies: { 200: Variable },
});

export const readVariableByName = route({
  method: "GET",
  path: "/variables/name/{name}",
  access: "read",
  summary: "Read a variable by its name",
  tag,
  params: ByName,
  replies: { 200: Variable },
});

export const filterVariables = route({
  method: "POST",
  path: "/variables/filter",
  access: "read",
  summary: "Find variables",
  tag,
  body: Open({ variables: Maybe(VariableFilter), sort: Maybe(Enum(variableSorts)), limit: Limit, offset: Offset }),
  bodyOptional: true,
  replies: { 200: Type.Array(Variable) },
});

export const countVariables = route({
  method: "POST",
  path: "/variables/count",
  access: "read",
  summary: "Count variables",
  tag,
  body: Open({ variables: Maybe(VariableFilter) }),
  bodyOptional: true,
  replies: { 200: Count },
});

export const updateVariable = route({
  method: "PATCH",
  path: "/variables/{id}",
  access: "run",
  summary: "Change a variable",
  tag,
  params: ById,
  body: VariableUpdate,
  replies: { 204: None },
});

export const updateVariableByName = route({
  method: "PATCH",
  path: "/variables/name/{name}",
  access: "run",
  summary: "Change a variable by its name",
  tag,
  params: ByName,
  body: VariableUpdate,
  replies: { 204: None },
});

export const deleteVariable = route({
  method: "DELETE",
  path: "/variables/{id}",
  access: "run",
  summary: "Delete a variable",
  tag,
  params: ById,
  replies: { 204: None },
});

export const deleteVariableByName = route({
  method: "DELETE",
  path: "/variables/name/{name}",
  access: "run",
  summary: "Delete a variable by its name",
  tag,
  params: ByName,
  replies: { 204: None },
});
