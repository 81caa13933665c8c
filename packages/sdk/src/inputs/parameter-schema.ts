import type { StandardJSONSchemaV1 } from "@standard-schema/spec";
import { isStandard } from "./checked-value.ts";
import type { ParameterSchema } from "./parameters.ts";
import { type JsonSchema, nothing, portableSchema } from "./portable-schema.ts";

/**
 * The JSON Schema of a flow's parameters, for forms; undefined where the library offers none. A part that JSON Schema can't say (a check by a
 * function, a class, a pattern with flags) leaves its place open and costs no other part. What the schema says is for drawing: the
 * library itself checks the parameters when the flow is called.
 */
export async function jsonSchemaOf(schema: ParameterSchema): Promise<object | undefined> {
  try {
    const made = await madeByLibrary(schema);
    return made === undefined ? undefined : portableSchema(made);
  } catch {
    // The library can't express this schema, not even in part.
    return undefined;
  }
}

async function madeByLibrary(schema: ParameterSchema): Promise<JsonSchema | undefined> {
  // TypeBox types are JSON Schema.
  if (!isStandard(schema)) return JSON.parse(JSON.stringify(schema)) as JsonSchema;
  switch (schema["~standard"].vendor) {
    case "zod":
      return fromStandard(schema, zodOptions) ?? fromZodMethod(schema);
    case "valibot":
      return await fromValibot(schema);
    case "arktype":
      return fromArktype(schema);
    default:
      return fromStandard(schema);
  }
}

function fromStandard(schema: object, libraryOptions?: Record<string, unknown>): JsonSchema | undefined {
  const { jsonSchema } = (schema as { "~standard": Partial<StandardJSONSchemaV1.Props> })["~standard"];
  return jsonSchema?.input({ target: "draft-2020-12", ...(libraryOptions === undefined ? {} : { libraryOptions }) });
}

/** JSON has no moments and no large integers: a moment is its text, and a large integer one with all its digits. */
const moment = { type: "string", format: "date-time" } as const;
const integer = { type: "integer" } as const;

interface ZodType {
  readonly _zod: {
    readonly def: {
      readonly type: string;
      readonly checks?: readonly { readonly _zod: { readonly def: { readonly pattern?: RegExp } } }[];
    };
  };
}

const zodOptions = {
  unrepresentable: "any",
  override({ zodSchema, jsonSchema }: { readonly zodSchema: ZodType; readonly jsonSchema: Record<string, unknown> }) {
    const { type, checks = [] } = zodSchema._zod.def;
    if (type === "date") Object.assign(jsonSchema, moment);
    if (type === "bigint") Object.assign(jsonSchema, integer);
    if (checks.some((check) => hasFlags(check._zod.def.pattern))) {
      // zod writes the pattern without its flags, so that a form would refuse what the flow takes.
      delete jsonSchema.pattern;
      delete jsonSchema.allOf;
    }
  },
};

function fromZodMethod(schema: object): JsonSchema | undefined {
  const { toJSONSchema } = schema as { readonly toJSONSchema?: (options: object) => JsonSchema };
  return toJSONSchema?.({ io: "input", ...zodOptions });
}

interface ArktypeType {
  readonly json: unknown;
  toJsonSchema(options: { fallback: (context: ArktypeGap) => JsonSchema }): JsonSchema;
}

/** A part that JSON Schema can't say, with what it says of it otherwise. */
interface ArktypeGap {
  readonly code: string;
  readonly base: JsonSchema;
  readonly domain?: string;
  readonly unit?: unknown;
}

/** Its own method keeps the defaults, which its Standard JSON Schema loses. */
function fromArktype(schema: object): JsonSchema {
  const type = schema as ArktypeType;
  const withFlags = patternsWithFlags(type.json);
  const made = type.toJsonSchema({
    fallback({ code, base, domain, unit }) {
      if (code === "date") return { ...moment };
      if (domain === "bigint") return { ...integer };
      return code === "unit" && unit === undefined ? nothing : base;
    },
  });
  return JSON.parse(JSON.stringify(made), (key, value: unknown) =>
    key === "pattern" && typeof value === "string" && withFlags.has(value) ? undefined : value,
  ) as JsonSchema;
}

/** The rules with flags in arktype's own description of a type. */
function patternsWithFlags(described: unknown, found: Set<string> = new Set()): ReadonlySet<string> {
  if (typeof described !== "object" || described === null) return found;
  const { rule, flags } = described as { readonly rule?: unknown; readonly flags?: unknown };
  if (typeof rule === "string" && typeof flags === "string") found.add(rule);
  for (const part of Object.values(described)) patternsWithFlags(part, found);
  return found;
}

interface ValibotPackage {
  toJsonSchema(schema: object, options: object): JsonSchema;
}

const valibotOptions = {
  typeMode: "input",
  errorMode: "ignore",
  target: "draft-2020-12",
  overrideSchema({ valibotSchema }: { readonly valibotSchema: { readonly type: string } }) {
    if (valibotSchema.type === "date") return moment;
    return valibotSchema.type === "bigint" ? integer : undefined;
  },
  overrideAction(context: {
    readonly valibotAction: { readonly type: string; readonly requirement?: unknown };
    readonly jsonSchema: JsonSchema;
  }) {
    const { valibotAction, jsonSchema } = context;
    if (valibotAction.type !== "regex" || !hasFlags(valibotAction.requirement)) return undefined;
    const { pattern: _, ...rest } = jsonSchema;
    return rest;
  },
} as const;

/** valibot needs a separate package, which is used where it is installed. */
async function fromValibot(schema: object): Promise<JsonSchema> {
  // A variable, so that neither the compiler nor a bundler requires the optional package.
  const name = "@valibot/to-json-schema";
  const { toJsonSchema } = (await import(name)) as ValibotPackage;
  return toJsonSchema(schema, valibotOptions);
}

/** Unicode is what JSON Schema means by a pattern anyway. */
function hasFlags(pattern: unknown): boolean {
  return pattern instanceof RegExp && /[^uv]/.test(pattern.flags);
}
