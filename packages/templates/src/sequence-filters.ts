import type { Bound } from "./arguments.ts";
import { attribute, byPath } from "./attributes.ts";
import { pairs } from "./container-methods.ts";
import type { Environment } from "./environment.ts";
import { TemplateRenderError } from "./errors.ts";
import { filters } from "./filter.ts";
import { binary, isKey, keyOf, order } from "./operators.ts";
import { laidOutText } from "./pprint.ts";
import { iterated, sizeOf } from "./sequences.ts";
import { textOf } from "./text-of.ts";
import { charactersOf, Fields, isTrue, Lazy, Tuple, typeName, Undefined, type Value } from "./values.ts";

export const sequenceFilters = filters({
  default: [
    "default_value boolean",
    (value, given) => {
      const isMissing = value instanceof Undefined || (given.flag("boolean") && !isTrue(value));
      if (!isMissing) return value;
      return given.has("default_value") ? given.value("default_value") : "";
    },
  ],
  length: ["", (value) => BigInt(sizeOf(value))],
  list: ["", (value, _, { budget }) => [...iterated(value, budget)]],
  items: [
    "",
    (value) => {
      return new Lazy("items", () => {
        if (value instanceof Undefined) return [];
        if (value instanceof Map) return pairs(value);
        throw new TemplateRenderError(`items takes a dict, not ${typeName(value)}`);
      });
    },
  ],
  first: [
    "",
    (value, _, { budget }) => itemAt(value instanceof Lazy ? value.take(1) : iterated(value, budget), 0, "first"),
  ],
  last: ["", (value, _, { budget }) => itemAt(iterated(inPlace(value, "last"), budget), -1, "last")],
  random: [
    "",
    (value, _, { budget, chance }) => {
      const items = iterated(inPlace(value, "random"), budget);
      return itemAt(items, Math.floor(chance() * items.length), "random");
    },
  ],
  reverse: [
    "",
    (value, _, { budget }) => {
      if (typeof value === "string") return charactersOf(value).toReversed().join("");
      const items = iterated(value, budget).toReversed();
      return value instanceof Lazy ? items : new Lazy("reverse", () => items);
    },
  ],
  join: ["d attribute", joined],
  sum: [
    "attribute start",
    (value, given, environment) => {
      const start = given.has("start") ? given.value("start") : 0n;
      const add = (sum: Value, each: Value) => binary("+", sum, each, environment.budget);
      return partsOf(iterated(value, environment.budget), given, environment).reduce<Value>(add, start);
    },
  ],
  min: ["case_sensitive attribute", (value, given, environment) => extreme(value, given, environment, -1)],
  max: ["case_sensitive attribute", (value, given, environment) => extreme(value, given, environment, 1)],
  sort: ["reverse case_sensitive attribute", sorted],
  dictsort: ["case_sensitive by reverse", sortedPairs],
  unique: ["case_sensitive attribute", lazily("unique", unique)],
  groupby: ["attribute default case_sensitive", grouped],
  batch: ["linecount fill_with", lazily("batch", batches)],
  slice: ["slices fill_with", lazily("slice", slices)],
  attr: [
    "name",
    (value, given, environment) => {
      const name = given.text("name");
      const hasFields = value instanceof Fields || value instanceof Tuple || !(value instanceof Map);
      return hasFields ? attribute(value, name, environment) : new Undefined(name);
    },
  ],
  pprint: ["", (value, _, { budget }) => laidOutText(value, budget)],
});

function lazily(name: string, make: (value: Value, given: Bound, environment: Environment) => readonly Value[]) {
  return (value: Value, given: Bound, environment: Environment) =>
    new Lazy(name, () => make(value, given, environment));
}

/** Python looks at what has items in place from its end, or by number. */
function inPlace(value: Value, filter: string): Value {
  if (value instanceof Lazy) throw new TemplateRenderError(`${filter} takes a list, not a ${typeName(value)}`);
  return value;
}

function itemAt(items: readonly Value[], index: number, name: string): Value {
  const found = items.at(index);
  return found === undefined ? new Undefined(name) : found;
}

/** The items, or their attribute where one is named. */
function partsOf(items: readonly Value[], given: Bound, environment: Environment): readonly Value[] {
  const path = given.optional("attribute");
  return path === undefined ? items : items.map((each) => byPath(each, path, environment));
}

function joined(value: Value, given: Bound, environment: Environment): string {
  const { budget } = environment;
  const separator = given.has("d") ? textOf(given.value("d"), budget) : "";
  const texts = partsOf(iterated(value, budget), given, environment).map((part) => textOf(part, budget));
  budget.make(texts.reduce((sum, text) => sum + text.length + separator.length, 0));
  return texts.join(separator);
}

/** What a value is compared by: texts without their case unless it counts. */
function sortingKey(value: Value, given: Bound): Value {
  return typeof value === "string" && !given.flag("case_sensitive") ? value.toLowerCase() : value;
}

function extreme(value: Value, given: Bound, environment: Environment, sign: -1 | 1): Value {
  const items = iterated(value, environment.budget);
  const keys = partsOf(items, given, environment).map((part) => sortingKey(part, given));
  let best = 0;
  for (let at = 1; at < keys.length; at++) {
    if (order(keys[at] ?? null, keys[best] ?? null, environment.budget) * sign > 0) best = at;
  }
  return itemAt(items, best, sign < 0 ? "min" : "max");
}

/** In the order of their keys; equal ones stay as they were, also backwards. */
function inOrder(
  items: readonly Value[],
  keys: readonly Value[],
  { budget }: Environment,
  isReverse: boolean,
): Value[] {
  const sign = isReverse ? -1 : 1;
  return items
    .map((each, index) => ({ each, key: keys[index] ?? null }))
    .toSorted((a, b) => sign * order(a.key, b.key, budget))
    .map(({ each }) => each);
}

function sorted(value: Value, given: Bound, environment: Environment): Value {
  const items = iterated(value, environment.budget);
  const paths = given.optional("attribute");
  const all = typeof paths === "string" ? paths.split(",") : paths === undefined ? [] : [paths];
  const keyed = (each: Value): Value => {
    if (all.length === 0) return new Tuple([sortingKey(each, given)]);
    return new Tuple(all.map((path) => sortingKey(byPath(each, path, environment), given)));
  };
  return inOrder(items, items.map(keyed), environment, given.flag("reverse"));
}

function sortedPairs(value: Value, given: Bound, environment: Environment): Value {
  if (!(value instanceof Map)) throw new TemplateRenderError(`dictsort takes a dict, not ${typeName(value)}`);
  const by = given.text("by", "key");
  if (by !== "key" && by !== "value") throw new TemplateRenderError('dictsort goes by "key" or "value"');
  environment.budget.step(value.size);
  const keys = [...(by === "key" ? value.keys() : value.values())].map((key) => sortingKey(key, given));
  return inOrder(pairs(value), keys, environment, given.flag("reverse"));
}

function unique(value: Value, given: Bound, environment: Environment): readonly Value[] {
  const items = iterated(value, environment.budget);
  const seen = new Set<string>();
  const keys = partsOf(items, given, environment).map((part) => {
    if (!isKey(part))
      throw new TemplateRenderError(`unique takes values that can be keys of a dict, not ${typeName(part)}`);
    return keyOf(sortingKey(part, given), environment.budget);
  });
  return items.filter((_, index) => {
    const key = keys[index] ?? "";
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

function grouped(value: Value, given: Bound, environment: Environment): Value {
  const path = given.value("attribute");
  const grouperOf = (each: Value): Value => {
    const grouper = byPath(each, path, environment);
    return grouper instanceof Undefined && given.has("default") ? given.value("default") : grouper;
  };
  const items = iterated(value, environment.budget);
  const keys = items.map((each) => sortingKey(grouperOf(each), given));
  const groups = new Map<string, { readonly grouper: Value; readonly list: Value[] }>();
  for (const each of inOrder(items, keys, environment, false)) {
    const grouper = grouperOf(each);
    const key = keyOf(sortingKey(grouper, given), environment.budget);
    const group = groups.get(key) ?? { grouper, list: [] };
    group.list.push(each);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ grouper, list }) => new Tuple([grouper, list], ["grouper", "list"]));
}

function batches(value: Value, given: Bound, { budget }: Environment): readonly Value[] {
  const items = iterated(value, budget);
  const size = given.integer("linecount");
  if (size < 1) throw new TemplateRenderError("batch takes a number above 0");
  const lines: Value[][] = [];
  for (let at = 0; at < items.length; at += size) lines.push(items.slice(at, at + size));
  const last = lines.at(-1);
  const fill = given.optional("fill_with");
  if (last !== undefined && fill !== undefined && last.length < size) {
    budget.make(size - last.length);
    last.push(...Array.from({ length: size - last.length }, () => fill));
  }
  return lines;
}

function slices(value: Value, given: Bound, { budget }: Environment): readonly Value[] {
  const items = iterated(value, budget);
  const count = given.integer("slices");
  if (count < 1) throw new TemplateRenderError("slice takes a number above 0");
  budget.make(count);
  const size = Math.floor(items.length / count);
  const longer = items.length % count;
  const fill = given.optional("fill_with");
  return Array.from({ length: count }, (_, index) => {
    const start = index * size + Math.min(index, longer);
    const part = items.slice(start, start + size + (index < longer ? 1 : 0));
    return fill !== undefined && index >= longer ? [...part, fill] : part;
  });
}
