import { isNumber, isPlainObject } from "@ostinato/core";
import { JobTemplateError } from "./job-template-error.ts";
import { type JsonObject, merged, objectOf, ownValue } from "./json.ts";
import { withValueAt } from "./key-path.ts";
import { type Environment, fillPlaceholders } from "./placeholders.ts";
import { noReferences, type References, resolveReferences } from "./references.ts";

export interface JobConfigurationOptions {
  /** By default a reference to a block or variable is an error. */
  readonly references?: References;
  /** For placeholders such as `{{ $HOME }}`: the environment of the worker. By default there is none. */
  readonly environment?: Environment;
}

/**
 * What a worker is told to start: the `job_configuration` of the pool's template, filled with the defaults of its variables and, over
 * them, with the job variables (see `mergedJobVariables`). Throws a JobTemplateError.
 */
export async function jobConfiguration(
  template: JsonObject,
  jobVariables: JsonObject,
  { references = noReferences, environment = {} }: JobConfigurationOptions = {},
): Promise<JsonObject> {
  const filled = filledConfiguration(template, jobVariables, environment);
  return objectOf(await resolveReferences(filled, references));
}

/** The same with references to blocks and variables left as they are written, for a preview. Throws a JobTemplateError. */
export function filledConfiguration(
  template: JsonObject,
  jobVariables: JsonObject,
  environment: Environment = {},
): JsonObject {
  const defaults = variableDefaults(template);
  const configuration = withEnvironment(part(template, "job_configuration"), defaults.env, { replaces: true });
  const values = { ...defaults, ...nestedVariables(jobVariables) };
  const whole = withEnvironment(configuration, values.env, { replaces: false });
  return objectOf(fillPlaceholders(whole, values, environment));
}

/** The defaults of the template's variables. One that is null is none, so that the worker chooses. */
export function variableDefaults(template: JsonObject): JsonObject {
  const properties = Object.entries(objectOf(part(template, "variables").properties));
  const defaults = properties.map(([name, schema]) => [name, ownValue(objectOf(schema), "default")] as const);
  return Object.fromEntries(defaults.filter(([, value]) => value !== undefined && value !== null));
}

function part(template: JsonObject, name: "job_configuration" | "variables"): JsonObject {
  const found = ownValue(template, name);
  if (isPlainObject(found)) return found;
  throw new JobTemplateError(
    name,
    `The job template of the work pool has no object \`${name}\`: give the pool a template with \`job_configuration\` and \`variables\`, such as that of its type.`,
  );
}

/**
 * The variables of a template are merged into a `job_configuration.env` that is an object. Where it is a placeholder, the defaults stand
 * in its place (`replaces`), and what a deployment or run gives goes through the placeholder.
 */
function withEnvironment(
  configuration: JsonObject,
  env: unknown,
  { replaces }: { readonly replaces: boolean },
): JsonObject {
  if (isEmpty(env)) return configuration;
  const known = ownValue(configuration, "env");
  if (!isPlainObject(known)) return replaces ? { ...configuration, env } : configuration;
  if (isPlainObject(env)) return { ...configuration, env: { ...known, ...env } };
  throw notAnEnvironment(env);
}

function notAnEnvironment(env: unknown): JobTemplateError {
  return new JobTemplateError(
    "env",
    `The job variable \`env\` is ${JSON.stringify(env)}: it must be an object of environment variables, such as {"LOG_LEVEL": "debug"}.`,
  );
}

/** What Python takes for false. */
function isEmpty(value: unknown): boolean {
  if (isNumber(value)) return Number(value) === 0;
  if (Array.isArray(value)) return value.length === 0;
  return isPlainObject(value) ? Object.keys(value).length === 0 : !value;
}

/** Names with dots, such as `env.LOG_LEVEL`, reach into objects. What an object gives itself wins over them. */
function nestedVariables(variables: JsonObject): JsonObject {
  const entries = Object.entries(variables);
  const dotted = entries.filter(([name]) => name.includes("."));
  const nested = dotted.reduce<JsonObject>((object, [name, value]) => withValueAt(object, name, value), {});
  const plain = entries.filter(([name]) => !name.includes("."));
  return merged(nested, Object.fromEntries(plain));
}

/**
 * The job variables of a run over those of its deployment: each replaces the deployment's, but for `env`, of which single variables are
 * replaced. Throws a JobTemplateError where one `env` is an object and the other is not.
 */
export function mergedJobVariables(
  deployment: JsonObject | null | undefined,
  run: JsonObject | null | undefined,
): JsonObject {
  const variables = { ...deployment, ...run };
  const [under, over] = [ownValue(deployment ?? {}, "env"), ownValue(run ?? {}, "env")];
  if (!isPlainObject(under) || over === undefined) return variables;
  if (over === null) return { ...variables, env: under };
  if (!isPlainObject(over)) throw notAnEnvironment(over);
  return { ...variables, env: { ...under, ...over } };
}
