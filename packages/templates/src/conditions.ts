import { bind } from "./arguments.ts";
import type { Environment } from "./environment.ts";
import { TemplateRenderError } from "./errors.ts";
import { hasFilter } from "./filters.ts";
import { compare, isNumeric, numeric } from "./operators.ts";
import { itemsOf } from "./sequences.ts";
import type { Comparison } from "./syntax.ts";
import { textOf } from "./text-of.ts";
import { type Arguments, Callable, typeName, Undefined, type Value } from "./values.ts";

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
    sequence: alone((value) => itemsOf(value) !== undefined),
    iterable: alone((value) => itemsOf(value) !== undefined),
    callable: alone((value) => value instanceof Callable),
    escaped: alone(() => false),
    lower: alone((value, { budget }) => isCased(textOf(value, budget), "toLowerCase")),
    upper: alone((value, { budget }) => isCased(textOf(value, budget), "toUpperCase")),
    odd: alone((value) => remainder(value, 2n) === 1),
    even: alone((value) => remainder(value, 2n) === 0),
    divisibleby: against((value, other) => remainder(value, wholeOf(other)) === 0),
    sameas: against((value, other) => Object.is(value, other) || value === other),
    in: comparing("in"),
    filter: alone((value) => typeof value === "string" && hasFilter(value)),
    test: alone((value) => typeof value === "string" && hasTest(value)),
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

function wholeOf(value: Value): bigint {
  if (typeof value === "bigint" || typeof value === "boolean") return BigInt(value);
  throw new TemplateRenderError(`divisibleby takes an int, not ${typeName(value)}`);
}

function remainder(value: Value, by: bigint): number {
  if (!isNumeric(value))
    throw new TemplateRenderError(`only a number is odd, even or divisible, not ${typeName(value)}`);
  if (by === 0n) throw new TemplateRenderError("division by zero");
  const number = numeric(value);
  if (typeof number === "bigint") return Number(((number % by) + by) % by);
  return ((number % Number(by)) + Number(by)) % Number(by);
}
