import { bind } from "./arguments.ts";
import { byPath } from "./attributes.ts";
import type { Environment } from "./environment.ts";
import { TemplateRenderError } from "./errors.ts";
import type { Filter } from "./filter.ts";
import { iterated } from "./sequences.ts";
import { type Arguments, isTrue, Lazy, Undefined, type Value } from "./values.ts";

/** Filters that take the name of another filter or of a test, and its arguments. */
export const choosingFilters: Readonly<Record<string, Filter>> = {
  map: mapped,
  select: (value, given, environment) => chosen(value, given, environment, { byAttribute: false, keeps: true }),
  reject: (value, given, environment) => chosen(value, given, environment, { byAttribute: false, keeps: false }),
  selectattr: (value, given, environment) => chosen(value, given, environment, { byAttribute: true, keeps: true }),
  rejectattr: (value, given, environment) => chosen(value, given, environment, { byAttribute: true, keeps: false }),
};

/** What is empty or false has no items, whatever it is. */
function itemsOfTrue(value: Value, { budget }: Environment): readonly Value[] {
  return isTrue(value) ? iterated(value, budget) : [];
}

function mapped(value: Value, given: Arguments, environment: Environment): Value {
  if (given.positional.length === 0 && given.named.has("attribute")) {
    const bound = bind("map", ["attribute", "default"], given);
    const partOf = (each: Value) => {
      const part = byPath(each, bound.value("attribute"), environment);
      return part instanceof Undefined && bound.has("default") ? bound.value("default") : part;
    };
    return new Lazy("map", () => itemsOfTrue(value, environment).map(partOf));
  }
  return new Lazy("map", () => {
    const items = itemsOfTrue(value, environment);
    if (items.length === 0) return [];
    const { name, rest } = named(given, "map");
    return items.map((each) => environment.filter(name, each, rest));
  });
}

interface Choice {
  readonly byAttribute: boolean;
  /** Those that pass the test; else those that do not. */
  readonly keeps: boolean;
}

function chosen(value: Value, given: Arguments, environment: Environment, choice: Choice): Value {
  return new Lazy("select", () => {
    const items = itemsOfTrue(value, environment);
    return items.length === 0 ? [] : items.filter(passing(given, environment, choice));
  });
}

function passing(given: Arguments, environment: Environment, { byAttribute, keeps }: Choice) {
  const [path, ...others] = given.positional;
  const ofTest = byAttribute ? { ...given, positional: others } : given;
  if (byAttribute && path === undefined) throw new TemplateRenderError("selectattr and rejectattr need an attribute");
  const partOf = (each: Value) => (byAttribute ? byPath(each, path ?? null, environment) : each);
  if (ofTest.positional.length === 0) return (each: Value) => isTrue(partOf(each)) === keeps;
  const { name, rest } = named(ofTest, "a selection");
  return (each: Value) => environment.test(name, partOf(each), rest) === keeps;
}

function named(given: Arguments, user: string): { readonly name: string; readonly rest: Arguments } {
  const [name, ...positional] = given.positional;
  if (typeof name !== "string") throw new TemplateRenderError(`${user} needs the name of a filter or test`);
  return { name, rest: { positional, named: given.named } };
}
