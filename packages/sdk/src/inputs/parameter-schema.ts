import type { StandardJSONSchemaV1 } from "@standard-schema/spec";
import { isStandard, type ParameterSchema } from "./parameters.ts";

/**
 * The JSON Schema of a flow's parameters, for forms; undefined where the library offers none. Standard JSON Schema comes first (zod 4.2 and
 * arktype 2.1.28 support it); TypeBox types are JSON Schema; older zod and arktype have a method of their own; valibot needs a separate
 * package, which is used when it is installed.
 */
export async function jsonSchemaOf(schema: ParameterSchema): Promise<object | undefined> {
  try {
    if (!isStandard(schema)) return JSON.parse(JSON.stringify(schema)) as object;
    return fromStandard(schema) ?? fromMethod(schema) ?? (await fromValibot(schema));
  } catch {
    // JSON Schema cannot express this schema, for example a transformation without an input type.
    return undefined;
  }
}

function fromStandard(schema: object): object | undefined {
  const { jsonSchema } = (schema as { "~standard": Partial<StandardJSONSchemaV1.Props> })["~standard"];
  return jsonSchema?.input({ target: "draft-2020-12" });
}

interface WithMethod {
  readonly toJSONSchema?: (options: { io: "input" }) => object;
  readonly toJsonSchema?: () => object;
}

function fromMethod(schema: object): object | undefined {
  const own = schema as WithMethod;
  if (typeof own.toJSONSchema === "function") return own.toJSONSchema({ io: "input" });
  return typeof own.toJsonSchema === "function" ? own.toJsonSchema() : undefined;
}

interface ValibotPackage {
  toJsonSchema(schema: object, options: { typeMode: "input"; errorMode: "ignore" }): object;
}

async function fromValibot(schema: object): Promise<object | undefined> {
  if ((schema as { "~standard": { vendor: string } })["~standard"].vendor !== "valibot") return undefined;
  // A variable, so that neither the compiler nor a bundler requires the optional package.
  const name = "@valibot/to-json-schema";
  const { toJsonSchema } = (await import(name)) as ValibotPackage;
  return toJsonSchema(schema, { typeMode: "input", errorMode: "ignore" });
}
