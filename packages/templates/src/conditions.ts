import { bind } from "./arguments.ts";
import type { Budget } from "./budget.ts";
import type { Environment } from "./environment.ts";
import { TemplateRenderError } from "./errors.ts";
import { hasFilter } from "./filters.ts";
import { binary, compare, isKey, isNumeric } from "./operators.ts";
import { isIterable, numberedOf } from "./sequences.ts";
import type { Comparison } from "./syntax.ts";
import { textOf } from "./text-of.ts";
import { type Arguments, Callable, Safe, typeName, Undefined, type Value } from "./values.ts";

/** What stands after `is`. */
export type Condition = (value: Value, given: Arguments, environment: Environment) => boolean;

function alone(holds: (value: Value, environment: Environment) => boolean): Condition {
  return (value, given, environment) => {
    bind("the test", [], given);
    return holds(value, environment);
  };
}

function against(holds: (value: Value, other: Value, environment: Environment) => boolean): Condition {
  return (value, given, environment) => holds(value, bind("the test", ["other"], given).value("other"), environment);
}

function comparing(operator: Comparison): Condition {
  return against((value, other, { budget }) => compare(operator, value, other, budget));
}

const equal = comparing("==");
const unequal = comparing("!=");
const below = comparing("<");
const above = comparing(">");
const atMost = comparing("<=");
const atLeast = comparing(">=");

const conditions: ReadonlyMap<string, Condition> = new Map(
  Object.entries<Condition>({
    defined: alone((value) => !(value instanceof Undefined)),
    undefined: alone((value) => value instanceof Undefined),
    none: alone((value) => value === null),
    boolean: alone((value) => typeof value === "boolean"),
    true: alone((value) => value === true),
    false: alone((value) => value === false),
    integer: alone((value) => typeof value === "bigint"),
    float: alone((value) => typeof value === "number"),
    number: alone(isNumeric),
    string: alone((value) => typeof value === "string"),
    mapping: alone((value) => value instanceof Map),
    sequence: alone((value) => value instanceof Map || numberedOf(value) !== undefined),
    iterable: alone(isIterable),
    // What is not there says of itself that it can be called, and that it is markup.
    callable: alone((value) => value instanceof Callable || value instanceof Undefined),
    escaped: alone((value) => value instanceof Safe || value instanceof Undefined),
    lower: alone((value, { budget }) => isCased(textOf(value, budget), "toLowerCase")),
    upper: alone((value, { budget }) => isCased(textOf(value, budget), "toUpperCase")),
    odd: alone((value, { budget }) => remainder(value, 2n, budget) === 1),
    even: alone((value, { budget }) => remainder(value, 2n, budget) === 0),
    divisibleby: against((value, other, { budget }) => remainder(value, other, budget) === 0),
    sameas: against((value, other) => Object.is(value, other) || value === other),
    in: comparing("in"),
    filter: alone((value) => keyIn(value, hasFilter)),
    test: alone((value) => keyIn(value, hasTest)),
    "==": equal,
    eq: equal,
    equalto: equal,
    "!=": unequal,
    ne: unequal,
    "<": below,
    lt: below,
    lessthan: below,
    ">": above,
    gt: above,
    greaterthan: above,
    "<=": atMost,
    le: atMost,
    ">=": atLeast,
    ge: atLeast,
  }),
);

export function conditionNamed(name: string): Condition | undefined {
  return conditions.get(name);
}

export function hasTest(name: string): boolean {
  return conditions.has(name);
}

function isCased(text: string, change: "toLowerCase" | "toUpperCase"): boolean {
  return text === text[change]() && text.toLowerCase() !== text.toUpperCase();
}

function keyIn(value: Value, has: (name: string) => boolean): boolean {
  if (!isKey(value)) throw new TemplateRenderError(`${typeName(value)} can't be the name of a filter or test`);
  return typeof value === "string" && has(value);
}

function remainder(value: Value, by: Value, budget: Budget): number {
  const rest = binary("%", value, by, budget);
  if (!isNumeric(rest))
    throw new TemplateRenderError(`only a number is odd, even or divisible, not ${typeName(value)}`);
  return Number(rest);
}
