import { type DrawnSchema, drawnSchema } from "../forms/drawn-schema.ts";
import { filledValues, schemaForValues } from "../forms/filled-values.ts";
import { type FormValue, isObject } from "../forms/form-data.ts";
import { writtenIn } from "../forms/written-data.ts";

/** What the form for an answer draws, and the values that it begins with. */
export interface AnswerBase {
  /** Undefined where the schema lists no fields: the answer is written as JSON. */
  readonly drawn: DrawnSchema | undefined;
  readonly begin: FormValue;
}

/**
 * The form begins with the defaults of the schema, in which a program writes its initial values. A yes or no that the program leaves open
 * stays open, so that nobody answers it unawares.
 */
export function answerBase(schema: unknown): AnswerBase {
  const drawnPlain = drawnSchema(schema);
  const plain = drawnPlain === undefined ? undefined : withTitles(drawnPlain);
  const filled = Object.entries(filledValues(plain, {})).filter(([name]) => !isOpenYesOrNo(plain, name));
  const values = Object.fromEntries(filled);
  if (plain === undefined) return { drawn: plain, begin: values };
  const drawn = schemaForValues(plain, { values, defaults: values });
  const begin = writtenIn(values, drawn);
  return { drawn, begin: isObject(begin) ? begin : {} };
}

/** Names of fields as words, where a program gives no titles: who answers may not be a programmer. */
function withTitles(schema: DrawnSchema): DrawnSchema {
  const { properties, items, anyOf } = schema;
  const titled = isObject(properties)
    ? Object.entries(properties).map(([name, property]) => [
        name,
        isObject(property) ? { title: inWords(name), ...withTitles(property) } : property,
      ])
    : undefined;
  return {
    ...schema,
    ...(titled === undefined ? {} : { properties: Object.fromEntries(titled) }),
    ...(isObject(items) ? { items: withTitles(items) } : {}),
    ...(Array.isArray(anyOf) ? { anyOf: anyOf.map((choice) => (isObject(choice) ? withTitles(choice) : choice)) } : {}),
  };
}

/** `extra_percent` and `extraPercent` are "Extra percent". */
function inWords(name: string): string {
  const words = name
    .replace(/[_-]+/g, " ")
    .replace(/(?<=[a-z0-9])[A-Z](?=[a-z])/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();
  return words === "" ? name : `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** The place of a value as the form names it: `Stages › 2 › Name`. */
export function placeInWords(schema: DrawnSchema | undefined, path: readonly string[]): string {
  const [names] = path.reduce<readonly [readonly string[], unknown]>(
    ([before, part], name) => {
      const properties = isObject(part) ? part.properties : undefined;
      const found = isObject(properties) ? properties[name] : isObject(part) ? part.items : undefined;
      const title = isObject(found) && isObject(properties) ? found.title : undefined;
      // Entries of lists are counted as the form counts them.
      const shown = /^\d+$/.test(name) ? String(Number(name) + 1) : name;
      return [[...before, typeof title === "string" ? title : shown], found];
    },
    [[], schema],
  );
  return names.join(" › ");
}

function isOpenYesOrNo(schema: DrawnSchema | undefined, name: string): boolean {
  const property = isObject(schema?.properties) ? schema.properties[name] : undefined;
  return isObject(property) && property.type === "boolean" && property.default === undefined;
}
