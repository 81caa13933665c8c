import { type OutputUnit, Validator } from "@cfworker/json-schema";
import { type DrawnSchema, isBlockChoice, isMask } from "./drawn-schema.ts";
import { isObject, nearestOf } from "./form-data.ts";

/** A problem with a part of a form's data, in words. */
export interface FormProblem {
  readonly path: readonly string[];
  readonly message: string;
}

const validators = new WeakMap<DrawnSchema, Validator>();

/** Interprets the schema: the pages' content security policy forbids the functions that Ajv generates. */
function validatorOf(schema: DrawnSchema): Validator {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  const made = new Validator(nearestOf(schema) as object, "7", false);
  validators.set(schema, made);
  return made;
}

export function isValid(schema: DrawnSchema, data: unknown): boolean {
  return problemsIn(schema, data).length === 0;
}

/**
 * The form's validation is an aid; the receiver of the data decides. Patterns and formats are not checked here, because libraries write
 * them in incompatible ways.
 */
export function problemsIn(schema: DrawnSchema, data: unknown): readonly FormProblem[] {
  const checked = nearestOf(data);
  if (checked === undefined) return [{ path: [], message: needed }];
  const { errors } = validatorOf(schema).validate(checked);
  const told = withNearestChoices(errors).flatMap((error) => problemsOf(error, schema, checked));
  return [...new Map(told.map((problem) => [JSON.stringify(problem.path), problem])).values()];
}

const needed = "This field is required.";

function problemsOf(error: OutputUnit, schema: DrawnSchema, data: unknown): readonly FormProblem[] {
  const path = partsOf(error.instanceLocation);
  const value = path.reduce(partAt, data);
  const keywordPath = partsOf(error.keywordLocation);
  const around = keywordPath.slice(0, -1).reduce(partAt, nearestOf(schema));
  const limit = partAt(around, error.keyword);
  if (!isObject(around) || (value === null && around["x-nullable"] === true)) return [];
  // What somebody reads is the field of the block, and not the reference below it.
  if (isBlockChoice(around)) return [{ path, message: needed }];
  // A secret that stays what it is is not shown, so nothing can be wrong with it.
  if (isMask(value, around.format === "password")) return [];
  if (error.keyword === "required")
    return missingIn(limit, value).map((name) => ({ path: [...path, name], message: needed }));
  const message = value === null ? needed : messages[error.keyword]?.(limit);
  return message === undefined ? [] : [{ path, message }];
}

function missingIn(required: unknown, value: unknown): readonly string[] {
  return Array.isArray(required) ? required.filter((name) => !(isObject(value) && name in value)) : [];
}

const messages: Readonly<Record<string, (limit: unknown) => string>> = {
  type: (type) => typeMessages[String(type)] ?? `This must be of the type ${String(type)}.`,
  enum: () => "Choose one of the values.",
  const: (value) => `This must be ${JSON.stringify(value)}.`,
  anyOf: () => "This fits none of the choices.",
  minimum: (limit) => `At least ${limit}.`,
  maximum: (limit) => `At most ${limit}.`,
  exclusiveMinimum: (limit) => `More than ${limit}.`,
  exclusiveMaximum: (limit) => `Less than ${limit}.`,
  multipleOf: (limit) => `A multiple of ${limit}.`,
  minLength: (limit) => `At least ${limit} characters.`,
  maxLength: (limit) => `At most ${limit} characters.`,
  minItems: (limit) => `At least ${limit} entries.`,
  maxItems: (limit) => `At most ${limit} entries.`,
  uniqueItems: () => "No two entries may be the same.",
};

const typeMessages: Readonly<Record<string, string>> = {
  integer: "Write a whole number.",
  number: "Write a number.",
  string: "Write text.",
  boolean: "Choose yes or no.",
};

/**
 * For a value that fits none of several schemas, the validator reports the problems with each. Keeps those of the nearest schema, or says
 * that none fits where the value's type matches none.
 */
function withNearestChoices(errors: readonly OutputUnit[]): readonly OutputUnit[] {
  return errors
    .filter(({ keyword }) => keyword === "anyOf")
    .toReversed()
    .reduce<readonly OutputUnit[]>((left, choice) => {
      const inside = (error: OutputUnit) =>
        error.keywordLocation.startsWith(`${choice.keywordLocation}/`) &&
        isWithin(error.instanceLocation, choice.instanceLocation);
      const indexOf = (error: OutputUnit) =>
        error.keywordLocation.slice(choice.keywordLocation.length + 1).split("/")[0];
      const told = Map.groupBy(left.filter(inside), indexOf);
      const isOther = (error: OutputUnit) =>
        error.instanceLocation === choice.instanceLocation && ["type", "enum", "const"].includes(error.keyword);
      const near = [...told.values()].filter((group) => !group.some(isOther)).sort((a, b) => a.length - b.length)[0];
      return [...left.filter((error) => !inside(error) && (near === undefined || error !== choice)), ...(near ?? [])];
    }, errors);
}

function isWithin(location: string, other: string): boolean {
  return location === other || location.startsWith(`${other}/`);
}

function partsOf(pointer: string): readonly string[] {
  const parts = pointer.split("/").slice(1);
  return parts.map((part) => decodeURI(part).replaceAll("~1", "/").replaceAll("~0", "~"));
}

function partAt(value: unknown, part: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[part] : undefined;
}
