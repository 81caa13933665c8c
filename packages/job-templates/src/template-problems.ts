import { didYouMean, isPlainObject } from "@ostinato/core";
import { type JsonObject, objectOf, ownValue } from "./json.ts";
import { type Placeholder, placeholdersIn } from "./placeholders.ts";

/** What is wrong at a place of a job template. The sentence names the place and the value, and says what to do. */
export interface TemplateProblem {
  /** Such as `["job_configuration", "image"]`. */
  readonly path: readonly string[];
  readonly sentence: string;
}

/**
 * The problem for which no work pool can have this template; undefined where there is none. A template that is empty is that of a pool
 * whose first worker brings one.
 */
export function templateProblem(template: JsonObject): TemplateProblem | undefined {
  if (Object.keys(template).length === 0) return undefined;
  return missingPart(template) ?? undeclaredName(template);
}

const parts = {
  job_configuration: 'what a worker is told, such as {"image": "{{ image }}"}',
  variables: 'the JSON schema of the values, such as {"type": "object", "properties": {"image": {"type": "string"}}}',
} as const;

function missingPart(template: JsonObject): TemplateProblem | undefined {
  for (const [name, meaning] of Object.entries(parts)) {
    const found = ownValue(template, name);
    if (isPlainObject(found) && Object.keys(found).length > 0) continue;
    const what = found === undefined ? "is missing" : `is ${JSON.stringify(found)}`;
    const sentence = `\`${name}\` of the job template ${what}: give an object with ${meaning}. An empty template, {}, leaves both to the first worker.`;
    return { path: [name], sentence };
  }
  return undefined;
}

/** A placeholder in `job_configuration`, also in the names of its objects, that `variables` does not declare. */
function undeclaredName(template: JsonObject): TemplateProblem | undefined {
  const declared = declaredNames(template);
  for (const [field, value] of Object.entries(objectOf(template.job_configuration))) {
    const stray = placeholdersIn(JSON.stringify(value)).find(({ name }) => !declared.includes(name));
    if (stray !== undefined)
      return { path: ["job_configuration", field], sentence: undeclared(field, stray, declared) };
  }
  return undefined;
}

function declaredNames(template: JsonObject): readonly string[] {
  return Object.keys(objectOf(objectOf(template.variables).properties));
}

function undeclared(field: string, { text, name, kind }: Placeholder, declared: readonly string[]): string {
  const place = `\`job_configuration.${field}\` of the job template has the placeholder ${text}`;
  if (kind === "environment") {
    return `${place}, and only environment variables may refer to the worker's own: put ${text} into the \`default\` of the variable "env".`;
  }
  if (kind !== "value") {
    return `${place}, which stands for a value: declare a variable in \`variables.properties\`, put ${text} into its \`default\`, and name that variable here.`;
  }
  const known = declared.length === 0 ? "it declares none" : `it declares ${declared.join(", ")}`;
  return `${place}, and \`variables.properties\` declares no ${JSON.stringify(name)}: ${known}.${didYouMean(name, declared)} Declare it there, or name another variable.`;
}

/** What works in a job template otherwise than it looks, for the one who writes it. Prefect takes it too, without a word. */
export function templateWarnings(template: JsonObject): readonly TemplateProblem[] {
  if (templateProblem(template) !== undefined || Object.keys(template).length === 0) return [];
  return [
    ...unfilledDefaults(template),
    ...unusedVariables(template),
    ...undeclaredRequired(template),
    ...endlessReferences(template),
  ];
}

/** Defaults are values: nothing is put into their placeholders, but into those of environment variables. */
function unfilledDefaults(template: JsonObject): readonly TemplateProblem[] {
  const properties = Object.entries(objectOf(objectOf(template.variables).properties));
  return properties.flatMap(([name, schema]) => {
    const value = ownValue(objectOf(schema), "default");
    const found = placeholdersIn(JSON.stringify(value) ?? "").filter(
      ({ kind }) => kind === "value" || kind === "environment",
    );
    const stray = found.find((placeholder) => name !== "env" || placeholder.name === "env");
    if (stray === undefined) return [];
    return [{ path: ["variables", "properties", name, "default"], sentence: unfilled(name, stray) }];
  });
}

function unfilled(name: string, stray: Placeholder): string {
  const place = `The default of the variable "${name}" has the placeholder ${stray.text}`;
  if (stray.name === name) return `${place}, and so contains itself: give it a value without it.`;
  if (stray.kind === "environment") {
    return `${place}, which stays as it is written: only the variable "env" may refer to the worker's environment.`;
  }
  return `${place}, which stays as it is written: put ${stray.text} into \`job_configuration\`, in the place of {{ ${name} }}.`;
}

function unusedVariables(template: JsonObject): readonly TemplateProblem[] {
  const used = new Set(
    placeholdersIn(JSON.stringify(template.job_configuration)).map(({ name }) => name.split(/[.[]/)[0]),
  );
  return declaredNames(template)
    .filter((name) => !used.has(name) && !(name === "env" && isPlainObject(objectOf(template.job_configuration).env)))
    .map((name) => ({
      path: ["variables", "properties", name],
      sentence: `\`job_configuration\` has no {{ ${name} }}, so that the variable "${name}" changes nothing: put it there, or leave the variable out.`,
    }));
}

function undeclaredRequired(template: JsonObject): readonly TemplateProblem[] {
  const { required } = objectOf(template.variables);
  const declared = declaredNames(template);
  return (Array.isArray(required) ? required.map(String) : [])
    .filter((name) => !declared.includes(name))
    .map((name) => ({
      path: ["variables", "required"],
      sentence: `\`variables.required\` names "${name}", which \`variables.properties\` does not declare.${didYouMean(name, declared)} Declare it there, or take it out of \`required\`.`,
    }));
}

/** Schemas that are nothing but a reference which leads back to itself: no value can be held against them. */
function endlessReferences(template: JsonObject): readonly TemplateProblem[] {
  const variables = objectOf(template.variables);
  return Object.entries(objectOf(variables.properties)).flatMap(([name, schema]) => {
    const loop = referenceLoop(schema, variables);
    if (loop === undefined) return [];
    const sentence = `The schema of the variable "${name}" leads back to itself by ${loop}, so that no value can be checked: give it a type.`;
    return [{ path: ["variables", "properties", name], sentence }];
  });
}

/** The first reference that is met twice on the way from the schema. `seen` are those on the way, `ended` those that lead to an end. */
function referenceLoop(
  schema: unknown,
  variables: JsonObject,
  seen: readonly string[] = [],
  ended = new Set<string>(),
): string | undefined {
  const { $ref, allOf } = objectOf(schema);
  for (const part of Array.isArray(allOf) ? allOf : []) {
    const loop = referenceLoop(part, variables, seen, ended);
    if (loop !== undefined) return loop;
  }
  if (typeof $ref !== "string" || !$ref.startsWith("#/") || ended.has($ref)) return undefined;
  if (seen.includes($ref)) return $ref;
  const target = $ref
    .slice(2)
    .split("/")
    .reduce<unknown>((place, step) => ownValue(objectOf(place), step), variables);
  const loop = referenceLoop(target, variables, [...seen, $ref], ended);
  if (loop === undefined) ended.add($ref);
  return loop;
}

/** Job variables of a deployment or run that its pool's template does not know, which therefore change nothing. */
export function unknownJobVariables(template: JsonObject, jobVariables: JsonObject): readonly TemplateProblem[] {
  const declared = declaredNames(template);
  if (declared.length === 0) return [];
  return Object.keys(jobVariables)
    .filter((name) => !declared.includes(name.split(".")[0] ?? name))
    .map((name) => ({
      path: [name],
      sentence: `The work pool's job template has no variable "${name}", so that it changes nothing.${didYouMean(name, declared)}`,
    }));
}
