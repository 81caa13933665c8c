import { route } from "../route.ts";
import { JsonObject, Open, Type } from "../schema.ts";
import { pagesTag } from "./tag.ts";

/** A violation: a sentence about the value itself, or the violations of one of its parts. */
export type SchemaValueError =
  | string
  | { property: string; errors: SchemaValueError[] }
  | { index: number; errors: SchemaValueError[] };

export interface SchemaValuesValidation {
  errors: SchemaValueError[];
  valid: boolean;
}

const ValueError = Type.Unsafe<SchemaValueError>({
  "~described": {
    anyOf: [
      { type: "string" },
      {
        type: "object",
        description: "The violations of one part: of a property of an object, or of an entry of a list.",
        properties: { property: { type: "string" }, index: { type: "integer" }, errors: { type: "array" } },
        required: ["errors"],
      },
    ],
  },
});

export const validateValues = route({
  method: "POST",
  path: "/ui/schemas/validate",
  access: "read",
  summary: "Compare values with a JSON Schema: all violations, at their places",
  tag: pagesTag,
  body: Open({ schema: JsonObject, values: JsonObject }),
  replies: { 200: Open({ errors: Type.Array(ValueError), valid: Type.Boolean() }) },
});
