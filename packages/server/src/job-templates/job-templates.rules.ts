import { parseJson } from "@ostinato/core";
import { templateProblem } from "@ostinato/job-templates";
import { invalid, RequestError, refused } from "../kernel/errors.ts";
import { type InputChecking, inputProblem } from "../user-input/input-problem.rules.ts";
import { isJsonObject, type JsonObject } from "../user-input/json-types.rules.ts";
import { problemOfSchema } from "../user-input/meta-schema.rules.ts";

/** Refuses a template that no work pool can have, with a 422 at its field. */
export function checkTemplate(template: JsonObject): void {
  const problem = templateProblem(template);
  if (problem === undefined) return;
  const loc = ["body", "base_job_template"];
  throw invalid([{ type: "value_error", loc, msg: `Value error, ${problem.sentence}`, input: template }]);
}

/** What job variables are held against. Made once for a template, because it takes longer than holding variables against it. */
export interface VariablesSchema {
  /** The schema of the template's variables as JSON. */
  readonly text: string;
  /** Where it is not a schema. */
  readonly refusal: RequestError | undefined;
  /** The blocks that defaults refer to, which have to be there. */
  readonly blocks: readonly DefaultBlock[];
  /** All defaults, also null. A reference that does not name a block is none. */
  readonly defaults: JsonObject;
  /** Those that fit the schema. */
  readonly fitting: JsonObject;
}

/** Undefined where the template has nothing to hold variables against. */
export function variablesSchema({ variables }: JsonObject): VariablesSchema | undefined {
  if (!isJsonObject(variables) || Object.keys(variables).length === 0) return undefined;
  const text = JSON.stringify(variables);
  const written = writtenDefaults(variables);
  const defaults = written.filter(([, value]) => !isReference(value));
  const refusal = refusedSchema(text);
  const fitting = refusal === undefined ? defaults.filter(([name, value]) => fits(text, { [name]: value })) : [];
  return {
    text,
    refusal,
    blocks: blocksOf(written),
    defaults: Object.fromEntries(defaults),
    fitting: Object.fromEntries(fitting),
  };
}

/** What the job variables are part of, in Prefect's sentences. */
const subjects = {
  pool: "Validation failed for work pool's job variable defaults",
  "new deployment": "Error creating deployment",
  "changed deployment": "Error updating deployment",
  "new run": "Error creating flow run",
  "changed run": "Error updating flow run",
} as const;

/** The 422 of a new work pool whose variables have no schema or whose defaults don't fit it; undefined where they do. */
export function refusedDefaults(schema: VariablesSchema): RequestError | undefined {
  return schema.refusal ?? misfit(schema, schema.defaults, subjects.pool, { ignoreRequired: true });
}

/** The refusal of the job variables of a new deployment, which may leave to its runs what is required. */
export function refusedNewDeployment(schema: VariablesSchema, variables: JsonObject): RequestError | undefined {
  if (Object.keys(variables).length === 0) return undefined;
  const given = { ...schema.fitting, ...variables };
  return schema.refusal ?? misfit(schema, given, subjects["new deployment"], { ignoreRequired: true });
}

/** As in Prefect, the answer is a 409, defaults don't count, and formats do; the schema counts only where a value meets it. */
export function refusedChangedDeployment(schema: VariablesSchema, variables: JsonObject): RequestError | undefined {
  const checking = { ignoreRequired: true, formats: true, nullable: "without default" } as const;
  const refusal = misfit(schema, variables, subjects["changed deployment"], checking);
  return refusal?.code === "JOB_VARIABLES_REFUSED" ? new RequestError(refusal.code, refusal.body, 409) : refusal;
}

/**
 * The refusal of a run for its own job variables and those of its deployment. What is required has to be there, unless a default was left
 * out because it breaks its own schema.
 */
export function refusedRun(
  schema: VariablesSchema,
  variables: JsonObject,
  subject: "new run" | "changed run",
): RequestError | undefined {
  const ignoreRequired = Object.keys(schema.fitting).length < Object.keys(schema.defaults).length;
  const given = { ...schema.fitting, ...variables };
  return schema.refusal ?? misfit(schema, given, subjects[subject], { ignoreRequired });
}

function refusedSchema(schema: string): RequestError | undefined {
  const flaw = problemOfSchema(parseJson(schema));
  return flaw === undefined ? undefined : refused("INVALID_SCHEMA", `Invalid schema: ${flaw}`);
}

function fits(schema: string, values: JsonObject): boolean {
  const checking = { ignoreRequired: true, formats: true, nullable: "as written" } as const;
  return inputProblem(values, parsed(schema), checking) === undefined;
}

function misfit(
  { text }: VariablesSchema,
  values: JsonObject,
  subject: string,
  checking: InputChecking,
): RequestError | undefined {
  const problem = inputProblem(values, parsed(text), { nullable: "optional", ...checking });
  if (problem === undefined) return undefined;
  if (problem.of === "schema") return refused("INVALID_SCHEMA", problem.sentence);
  return refused("JOB_VARIABLES_REFUSED", `${subject}: ${problem.sentence}`);
}

function parsed(schema: string): JsonObject {
  return parseJson(schema) as JsonObject;
}

type Defaults = readonly (readonly [name: string, value: unknown])[];

function writtenDefaults({ properties }: JsonObject): Defaults {
  if (!isJsonObject(properties)) return [];
  return Object.entries(properties).flatMap(([name, property]) =>
    isJsonObject(property) && Object.hasOwn(property, "default") ? [[name, property.default] as const] : [],
  );
}

function isReference(value: unknown): value is { readonly $ref: unknown } {
  return isJsonObject(value) && Object.hasOwn(value, "$ref");
}

/** A job variable whose default is `{"$ref": {"block_document_id": "…"}}`. */
export interface DefaultBlock {
  readonly variable: string;
  readonly id: string;
}

function blocksOf(defaults: Defaults): readonly DefaultBlock[] {
  return defaults.flatMap(([variable, value]) => {
    const { block_document_id: id } = isReference(value) && isJsonObject(value.$ref) ? value.$ref : {};
    return id === undefined || id === null ? [] : [{ variable, id: String(id) }];
  });
}

/** The 404 of a default whose block is not there. */
export function missingBlock({ variable, id }: DefaultBlock): RequestError {
  return refused(
    "BLOCK_DOCUMENT_NOT_FOUND",
    `Block not found. The default of the job variable "${variable}" refers to the block document ${JSON.stringify(id)}, which is not there: save it, or write the value itself into the work pool's job template.`,
  );
}
