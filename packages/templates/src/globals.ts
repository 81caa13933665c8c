import { bind } from "./arguments.ts";
import { TemplateRenderError } from "./errors.ts";
import { type Arguments, Callable, Fields, Range, Tuple, typeName, type Value } from "./values.ts";

const maxRange = 100;

/** Functions that every template has. Made for each rendering, since some of them remember. */
export function globals(): ReadonlyMap<string, Value> {
  return new Map<string, Value>(
    [
      new Callable("range", range),
      new Callable("dict", dict),
      new Callable("namespace", (given) => new Fields("namespace", new Map(dictFields(given)))),
      new Callable("cycler", cycler),
      new Callable("joiner", joiner),
    ].map((each) => [each.name, each]),
  );
}

function range({ positional, named }: Arguments): Range {
  const numbers = positional.map((each) => {
    if (typeof each === "bigint" || typeof each === "boolean") return BigInt(each);
    throw new TemplateRenderError(`range takes ints, not ${typeName(each)}`);
  });
  const [first, stop = first, step = 1n] = numbers;
  if (first === undefined || stop === undefined || numbers.length > 3 || named.size > 0) {
    throw new TemplateRenderError("range takes one to three ints");
  }
  if (step === 0n) throw new TemplateRenderError("the step of a range is 0");
  const made = new Range(numbers.length === 1 ? 0n : first, stop, step);
  if (made.length > BigInt(maxRange)) throw new TemplateRenderError(`a range has more than ${maxRange} numbers`);
  return made;
}

function dictFields({ positional, named }: Arguments): readonly (readonly [string, Value])[] {
  const [start] = positional;
  const given = start instanceof Map ? [...start] : [];
  const fields = given.flatMap(([key, value]) => (typeof key === "string" ? [[key, value] as const] : []));
  return [...fields, ...named];
}

function dict({ positional, named }: Arguments): Value {
  const [start] = positional;
  if (start === undefined || start instanceof Map) return new Map<Value, Value>([...(start ?? []), ...named]);
  const pairs = start instanceof Tuple ? start.items : Array.isArray(start) ? start : undefined;
  const entries = pairs?.map((pair): readonly [Value, Value] | undefined => {
    const [key, value] = pair instanceof Tuple ? pair.items : Array.isArray(pair) ? pair : [];
    return key === undefined || value === undefined ? undefined : [key, value];
  });
  if (entries === undefined || entries.includes(undefined)) {
    throw new TemplateRenderError("dict takes a dict, pairs, or values with names");
  }
  return new Map<Value, Value>([...entries.filter((entry) => entry !== undefined), ...named]);
}

function cycler({ positional }: Arguments): Fields {
  let at = 0;
  const current = (): Value => {
    const value = positional[at];
    if (value === undefined) throw new TemplateRenderError("cycler has nothing to go through");
    return value;
  };
  const fields = new Map<string, Value>();
  const put = () => fields.set("current", current());
  const move = (next: number): Value => {
    const value = current();
    at = next;
    put();
    return value;
  };
  fields.set("next", new Callable("next", () => move((at + 1) % positional.length)));
  fields.set("reset", new Callable("reset", () => move(0) && null));
  put();
  return new Fields("cycler", fields);
}

function joiner(given: Arguments): Callable {
  const separator = bind("joiner", ["sep"], given).text("sep", ", ");
  let isUsed = false;
  return new Callable("joiner", () => {
    const text = isUsed ? separator : "";
    isUsed = true;
    return text;
  });
}
