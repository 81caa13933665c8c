import { parseJson } from "@ostinato/core";
import { type DrawnSchema, drawnSchema } from "../forms/drawn-schema.ts";
import { filledValues, schemaForValues, withoutMasks } from "../forms/filled-values.ts";
import { type FormValue, isObject } from "../forms/form-data.ts";
import { writtenIn } from "../forms/written-data.ts";

/** What a run form draws, and the values that it begins with. */
export interface RunBase {
  /** Undefined where the schema lists no parameters: they are written as JSON. */
  readonly drawn: DrawnSchema | undefined;
  /** The values of a run for which nobody writes anything. */
  readonly defaults: FormValue;
  readonly begin: FormValue;
}

interface Given {
  readonly schema: unknown;
  /** The parameters of the deployment. */
  readonly parameters: FormValue;
  /** Parameters that take their place, such as those of another run, the last of them first. */
  readonly over: readonly (FormValue | undefined)[];
}

export function runBase({ schema, parameters, over }: Given): RunBase {
  const plain = drawnSchema(schema);
  const defaults = filledValues(plain, parameters);
  const others = over.map((values) => withoutMasks(plain, values)).filter(isObject);
  const begin = filledValues(plain, Object.assign({}, parameters, ...others));
  const drawn = plain === undefined ? undefined : schemaForValues(plain, { values: begin, defaults });
  return { drawn, defaults: written(defaults, drawn), begin: written(begin, drawn) };
}

/**
 * The parameters that are sent for a run: what differs from what the server and the flow take by themselves. So an untouched secret, a
 * recipe and a default are never sent, and keep their meaning.
 */
export function sentParameters({ drawn, defaults }: RunBase, value: FormValue, deployed: FormValue): FormValue {
  const required: readonly unknown[] = Array.isArray(drawn?.required) ? drawn.required : [];
  const entries = Object.entries(value).filter(
    ([name, part]) => !isSame(part, defaults[name]) || (required.includes(name) && !Object.hasOwn(deployed, name)),
  );
  return Object.fromEntries(entries);
}

/** The parameters without the values of fields for secrets, for an address. */
export function withoutSecrets({ drawn }: RunBase, values: FormValue): FormValue {
  const properties = isObject(drawn?.properties) ? drawn.properties : {};
  const isSecret = (name: string) => isObject(properties[name]) && properties[name].format === "password";
  return Object.fromEntries(Object.entries(values).filter(([name]) => !isSecret(name)));
}

/** The parameters in an address; undefined if they are not an object of JSON. */
export function linkedParameters(text: string | undefined): FormValue | undefined {
  if (text === undefined) return undefined;
  try {
    const values = parseJson(text);
    return isObject(values) ? values : undefined;
  } catch {
    return undefined;
  }
}

function written(values: FormValue, drawn: DrawnSchema | undefined): FormValue {
  const kept = writtenIn(values, drawn);
  return isObject(kept) ? kept : {};
}

/** The order of keys does not count. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a, inOrder) === JSON.stringify(b, inOrder);
}

function inOrder(_key: string, part: unknown): unknown {
  return isObject(part) ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1))) : part;
}
