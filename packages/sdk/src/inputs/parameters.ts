import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Static, TSchema } from "typebox";
import { ParameterError } from "../errors.ts";
import { type Checked, checkJsonValue, checkValue } from "./checked-value.ts";

/** The type of `parameters`: a schema of any library that supports Standard Schema, or a TypeBox type. */
export type ParameterSchema = StandardSchemaV1 | TSchema;

/** A caller's parameters, before defaults and coercion. */
export type ParametersIn<S extends ParameterSchema> = S extends StandardSchemaV1
  ? StandardSchemaV1.InferInput<S>
  : S extends TSchema
    ? Static<S>
    : never;

/** The parameters that the flow's function receives. */
export type ParametersOut<S extends ParameterSchema> = S extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<S>
  : S extends TSchema
    ? Static<S>
    : never;

/** Checks and coerces the parameters of a flow. Throws a ParameterError that names every invalid field. */
export async function checkParameters(
  flowName: string,
  schema: ParameterSchema | undefined,
  given: unknown,
): Promise<unknown> {
  return schema === undefined ? given : accepted(flowName, await checkValue(schema, given ?? {}));
}

/** Checks and coerces parameters that were read from JSON. */
export async function checkJsonParameters(
  flowName: string,
  schema: ParameterSchema | undefined,
  given: unknown,
): Promise<unknown> {
  return schema === undefined ? given : accepted(flowName, await checkJsonValue(schema, given ?? {}));
}

function accepted(flowName: string, checked: Checked): unknown {
  if (checked.ok) return checked.value;
  throw new ParameterError(flowName, checked.problems);
}
