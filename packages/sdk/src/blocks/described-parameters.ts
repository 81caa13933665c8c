import { jsonSchemaOf } from "../inputs/parameter-schema.ts";
import type { ParameterSchema } from "../inputs/parameters.ts";
import type { AnyBlock } from "./block-options.ts";

interface FlowParameters {
  readonly parameters?: ParameterSchema | undefined;
  readonly blocks?: Readonly<Record<string, AnyBlock>> | undefined;
}

/** The JSON Schema of a flow's parameters, in which blocks are references to definitions with their types; undefined where there is none. */
export async function describedParameters({ parameters, blocks = {} }: FlowParameters): Promise<object | undefined> {
  const schema = parameters === undefined ? undefined : await jsonSchemaOf(parameters);
  if (schema === undefined || Object.keys(blocks).length === 0) return schema;
  const { schemaWithBlocks } = await import("./wire-schema.ts");
  return await schemaWithBlocks(schema, blocks);
}
