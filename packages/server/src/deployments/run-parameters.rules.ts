import { parseJson } from "@ostinato/core";
import { invalid, type RequestError, refused } from "../kernel/errors.ts";
import { HydrationError, hydrated, type VariableReader } from "../user-input/hydration.rules.ts";
import { type InputProblem, inputProblem } from "../user-input/input-problem.rules.ts";
import { isJsonObject, type JsonObject } from "../user-input/json-types.rules.ts";
import { problemOfSchema } from "../user-input/meta-schema.rules.ts";
import { templates } from "../user-input/templates.rules.ts";

/** Parameters with their recipes followed. `subject` says in the refusal what they belong to. */
export function hydratedParameters(
  given: JsonObject,
  { subject, readVariable }: { readonly subject: "deployment" | "flow run"; readonly readVariable: VariableReader },
): JsonObject {
  try {
    return hydrated(given, templates, readVariable) as JsonObject;
  } catch (error) {
    if (!(error instanceof HydrationError)) throw error;
    throw refused("HYDRATION_FAILED", `Error hydrating ${subject} parameters: ${error.message}`);
  }
}

interface Checking {
  /** The schema of the deployment as JSON. */
  readonly schema: string | null;
  /** A deployment may leave to its runs what its schema requires. */
  readonly ignoreRequired?: boolean;
}

/** Whether the schema of a deployment is one that parameters can be held against. */
export function isUsableSchema(schema: string | null): schema is string {
  return schema !== null && isJsonObject(parseJson(schema));
}

/** Undefined where the parameters fit. */
export function parameterProblem(
  parameters: JsonObject,
  { schema: text, ignoreRequired = false }: Checking & { readonly schema: string },
): InputProblem | undefined {
  const schema = parseJson(text);
  if (!isJsonObject(schema)) return undefined;
  return inputProblem(parameters, schema, { ignoreRequired });
}

/** Refuses a run whose parameters break the schema of its deployment, with the field, as Prefect does. */
export function checkRunParameters(parameters: JsonObject, schema: string | null): void {
  if (!isUsableSchema(schema)) throw withoutSchema();
  const problem = parameterProblem(parameters, { schema });
  if (problem !== undefined) throw refusal(problem, "Error creating flow run");
}

/** Refuses parameters of a deployment that no run of it could have. */
export function checkChangedParameters(parameters: JsonObject, schema: string | null): void {
  if (!isUsableSchema(schema)) throw withoutSchema();
  const problem = parameterProblem(parameters, { schema, ignoreRequired: true });
  if (problem !== undefined) throw refusal(problem, "Error updating deployment");
}

/** The same for a deployment that is being created. */
export function checkNewParameters(parameters: JsonObject, schema: string | null): void {
  if (!isUsableSchema(schema)) return;
  const flaw = problemOfSchema(parseJson(schema));
  if (flaw !== undefined) {
    throw invalidDeployment(`The provided schema is not a valid json schema. Schema error: ${flaw}`);
  }
  const problem = parameterProblem(parameters, { schema, ignoreRequired: true });
  if (problem !== undefined) throw invalidDeployment(problem.sentence);
}

function invalidDeployment(sentence: string): RequestError {
  return invalid([{ type: "value_error", loc: ["body"], msg: `Value error, ${sentence}` }]);
}

function refusal({ of, sentence }: InputProblem, subject: string): RequestError {
  return of === "schema"
    ? refused("INVALID_SCHEMA", sentence)
    : refused("PARAMETERS_REFUSED", `${subject}: ${sentence}`);
}

/** The sentence is the same in Prefect for deployments and for their runs. */
function withoutSchema(): RequestError {
  return refused(
    "PARAMETERS_REFUSED",
    "Error updating deployment: Cannot update parameters because parameter schema enforcement is enabled and the deployment does not have a valid parameter schema.",
  );
}
