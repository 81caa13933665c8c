import type { Static } from "typebox";
import { route } from "../route.ts";
import { Enum, Maybe, Moment, Offset, Open, Tags, Type, Uuid } from "../schema.ts";
import { Variable, variableSorts } from "../variables.ts";
import { pagesTag } from "./tag.ts";

/** A variable as a list shows it: the beginning of its value. */
export const VariableRow = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  name: Type.String(),
  tags: Tags,
  /** The first 300 characters of the value as JSON. */
  preview: Type.String(),
  /** How many characters of JSON the value has. */
  characters: Type.Integer(),
});
export type VariableRow = Static<typeof VariableRow>;

export const listVariables = route({
  method: "POST",
  path: "/ui/variables/list",
  access: "read",
  summary: "Variables with the beginning of their values",
  tag: pagesTag,
  body: Open({
    /** A part of the name. */
    text: Maybe(Type.String({ maxLength: 200 })),
    /** Tags that a variable has all of. */
    tags: Maybe(Tags),
    sort: Maybe(Enum(variableSorts)),
    limit: Maybe(Type.Integer({ minimum: 1, maximum: 200 })),
    offset: Offset,
  }),
  bodyOptional: true,
  replies: {
    200: Open({
      results: Type.Array(VariableRow),
      count: Type.Integer(),
      /** The tags of all variables, to choose from, at most 200. */
      tags: Tags,
    }),
  },
});

/** What has the variable filled in, at most 50 of each kind by name. */
export const VariableUses = Open({
  /** Deployments whose job variables, pull steps or schedules name it. */
  deployments: Type.Array(Open({ id: Uuid, name: Type.String(), flow_name: Type.String() })),
  /** Work pools whose job template names it. */
  work_pools: Type.Array(Open({ id: Uuid, name: Type.String() })),
  /** Automations whose actions name it. */
  automations: Type.Array(Open({ id: Uuid, name: Type.String() })),
});
export type VariableUses = Static<typeof VariableUses>;

export const VariablePage = Open({ variable: Variable, uses: VariableUses });
export type VariablePage = Static<typeof VariablePage>;

export const readVariablePage = route({
  method: "GET",
  path: "/ui/variables/{name}",
  access: "read",
  summary: "What the page of a variable shows first, in one answer",
  tag: pagesTag,
  params: Open({ name: Type.String() }),
  replies: { 200: VariablePage },
});
