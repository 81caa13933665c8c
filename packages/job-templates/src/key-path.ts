import { isPlainObject } from "@ostinato/core";
import { JobTemplateError } from "./job-template-error.ts";
import { type JsonObject, ownValue } from "./json.ts";

/**
 * The value at a path such as `resources.limits[0].cpu`; undefined where it leads nowhere. A number is an index in lists and strings,
 * counted from the end where it is negative, and a name in objects.
 */
export function valueAt(values: JsonObject, path: string): unknown {
  return stepsOf(path).reduce(stepInto, values as unknown);
}

function stepInto(value: unknown, step: string): unknown {
  if (isPlainObject(value)) return ownValue(value, step);
  const items = typeof value === "string" ? [...value] : value;
  return Array.isArray(items) && wholeNumber.test(step) ? items.at(Number(step)) : undefined;
}

const wholeNumber = /^-?\d+$/;

function stepsOf(path: string): readonly string[] {
  return path.replaceAll("[", ".").replaceAll("]", "").split(".");
}

/** The object with the value at the path; objects that are missing on the way are made. Throws where something else is in the way. */
export function withValueAt(object: JsonObject, path: string, value: unknown): JsonObject {
  return withSteps(object, stepsOf(path), { path, value });
}

function withSteps(
  object: JsonObject,
  [step = "", ...rest]: readonly string[],
  goal: { readonly path: string; readonly value: unknown },
): JsonObject {
  if (rest.length === 0) return { ...object, [step]: goal.value };
  const inner = Object.hasOwn(object, step) ? object[step] : {};
  if (!isPlainObject(inner)) {
    throw new JobTemplateError(
      goal.path,
      `The job variable ${JSON.stringify(goal.path)} reaches into ${JSON.stringify(step)}, which is ${JSON.stringify(inner)} and not an object: give one of them only.`,
    );
  }
  return { ...object, [step]: withSteps(inner, rest, goal) };
}
