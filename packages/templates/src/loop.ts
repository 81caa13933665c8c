import type { Budget } from "./budget.ts";
import { TemplateRenderError } from "./errors.ts";
import { isEqual } from "./operators.ts";
import { Callable, Fields, Tuple, Undefined, type Value } from "./values.ts";

export interface Loop {
  /** What `loop` is in one round. */
  readonly at: (index: number) => Fields;
}

export function loopOver(items: readonly Value[], depth: number, budget: Budget): Loop {
  const changed = changedSince(budget);
  return {
    at(index) {
      const { length } = items;
      const neighbour = (at: number, name: string) =>
        at >= 0 && at < length ? (items[at] ?? null) : new Undefined(name);
      const fields: [string, Value][] = [
        ["index", BigInt(index + 1)],
        ["index0", BigInt(index)],
        ["revindex", BigInt(length - index)],
        ["revindex0", BigInt(length - index - 1)],
        ["first", index === 0],
        ["last", index === length - 1],
        ["length", BigInt(length)],
        ["depth", BigInt(depth)],
        ["depth0", BigInt(depth - 1)],
        ["previtem", neighbour(index - 1, "previtem")],
        ["nextitem", neighbour(index + 1, "nextitem")],
        ["cycle", cycling(index)],
        ["changed", changed],
      ];
      return new Fields("loop", new Map(fields));
    },
  };
}

function cycling(index: number): Callable {
  return new Callable("cycle", ({ positional }) => {
    const value = positional[index % positional.length];
    if (value === undefined) throw new TemplateRenderError("cycle has nothing to go through");
    return value;
  });
}

function changedSince(budget: Budget): Callable {
  let last: Value | undefined;
  return new Callable("changed", ({ positional }) => {
    const value = new Tuple(positional);
    const isChanged = last === undefined || !isEqual(last, value, budget);
    last = value;
    return isChanged;
  });
}
