import { jsonSchemaOf } from "../inputs/parameter-schema.ts";
import type { ParameterSchema } from "../inputs/parameters.ts";
import type { JsonSchema } from "../inputs/portable-schema.ts";

/** The shape of an answer, as the server keeps it. */
export interface AnswerSchema {
  /** JSON Schema of an object. */
  readonly schema: JsonSchema;
  /** Whether the answer is the field `value` of that object, since it is not an object itself. */
  readonly isWrapped: boolean;
}

export interface AnswerForm {
  readonly title?: string;
  readonly initial?: unknown;
}

/**
 * The form for an answer. Who answers gives an object, so any other value is asked for as its field `value`, as by Prefect.
 */
export async function answerSchema(
  input: ParameterSchema | undefined,
  { title, initial }: AnswerForm,
): Promise<AnswerSchema> {
  const named = title === undefined ? {} : { title };
  if (input === undefined) return { schema: { ...named, type: "object", properties: {} }, isWrapped: false };
  const made = ((await jsonSchemaOf(input)) ?? { type: "object" }) as JsonSchema;
  const isWrapped = !isOfObject(made, made);
  const schema = isWrapped ? wrapped(made) : made;
  const values = isWrapped && initial !== undefined ? { value: initial } : initial;
  return { schema: { ...withInitialValues(schema, values), ...named }, isWrapped };
}

function isOfObject(schema: JsonSchema, root: JsonSchema): boolean {
  const { type, properties, $ref, anyOf, oneOf, allOf } = schema;
  if (type !== undefined) return type === "object";
  if (properties !== undefined) return true;
  if (typeof $ref === "string" && $ref !== "#") return isOfObject(definitionIn(root, $ref), root);
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices)) return choices.length > 0 && choices.every((choice) => isOfObject(choice, root));
  return Array.isArray(allOf) && allOf.some((part) => isOfObject(part, root));
}

/** The definition that a reference such as `#/$defs/Address` names; an empty schema where there is none. */
function definitionIn(root: JsonSchema, reference: string): JsonSchema {
  const [, place = "", name = ""] = reference.split("/");
  const definition = (root[place] as Readonly<Record<string, JsonSchema>> | undefined)?.[name] ?? {};
  // One that leads on to another one is not followed: it may lead back.
  return definition.$ref === undefined ? definition : {};
}

function wrapped(schema: JsonSchema): JsonSchema {
  const { $schema, $defs, definitions, title: _, ...value } = schema;
  const shared = Object.entries({ $schema, $defs, definitions }).filter(([, part]) => part !== undefined);
  const required = "default" in value ? [] : ["value"];
  return {
    ...(withReferencesTo("#/properties/value", Object.fromEntries(shared)) as JsonSchema),
    type: "object",
    properties: { value: withReferencesTo("#/properties/value", value) },
    required,
  };
}

/** References to the whole schema lead to its new place. */
function withReferencesTo(place: string, part: unknown): unknown {
  if (Array.isArray(part)) return part.map((item) => withReferencesTo(place, item));
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [
      key,
      key === "$ref" && value === "#" ? place : withReferencesTo(place, value),
    ]),
  );
}

/** Initial values are the defaults of their fields, which need no answer then. */
function withInitialValues(schema: JsonSchema, initial: unknown): JsonSchema {
  if (typeof initial !== "object" || initial === null) return schema;
  const properties = { ...(schema.properties as Readonly<Record<string, JsonSchema>> | undefined) };
  for (const [name, value] of Object.entries(initial)) {
    if (value !== undefined) properties[name] = { ...properties[name], default: value };
  }
  const required = Array.isArray(schema.required)
    ? { required: schema.required.filter((name) => (initial as Record<string, unknown>)[name] === undefined) }
    : {};
  return { ...schema, properties, ...required };
}
