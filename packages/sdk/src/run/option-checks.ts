import { inspect } from "node:util";
import { didYouMean, durationSeconds } from "@ostinato/core";
import { UsageError } from "../errors.ts";
import { cut } from "../failures/failure-parts.ts";

/** Checks the value of an option: undefined where it is right, otherwise the expected value in words. */
export type Rule = (value: unknown) => string | undefined;

export type Rules = Readonly<Record<string, Rule>>;

/**
 * Refuses unknown options and values of the wrong type, which programs without a compiler would not notice. `what` names the owner of the
 * options: `Task "load"`.
 */
export function checkOptions(what: string, options: unknown, rules: Rules): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new UsageError(`${what} takes its options as an object, and was given ${shown(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) throw new UsageError(unknownOption(what, name, Object.keys(rules)));
    const wanted = value === undefined ? undefined : rule(value);
    if (wanted !== undefined) throw new UsageError(`${what}: ${name} is ${shown(value)}; give ${wanted}`);
  }
}

function unknownOption(what: string, name: string, known: readonly string[]): string {
  // Recognizes other spellings: `retry_delay_seconds`, `timeoutSeconds`.
  const written = name.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
  const meant = known.find((option) => written !== option && written.startsWith(option));
  const hint = meant === undefined ? didYouMean(written, known) : ` Did you mean ${JSON.stringify(meant)}?`;
  return `${what} has no option ${JSON.stringify(name)}.${hint} There are: ${known.join(", ")}`;
}

export function shown(value: unknown): string {
  if (typeof value === "string") return cut(JSON.stringify(value), maxShown);
  return cut(inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: maxShown }), maxShown);
}

const maxShown = 100;

/** The options and the function of `flow(fn)` or `flow(options, fn)`. */
export function readDefinition(
  what: "flow()" | "task()" | "materialize()",
  [first, second, ...more]: readonly unknown[],
) {
  if (typeof first !== "function" && more.length === 0) return { options: first, fn: second };
  if (second === undefined && more.length === 0) return { options: {}, fn: first };
  const example = `${what.slice(0, -1)}{ … }, async function ${nameIn([first, second, ...more])}() { … })`;
  throw new UsageError(`${what} takes its options before the function, and nothing behind it: ${example}`);
}

function nameIn(values: readonly unknown[]): string {
  const named = values.find((value) => typeof value === "function" && value.name !== "");
  return (named as { readonly name: string } | undefined)?.name ?? "load";
}

export const aString: Rule = (value) => (typeof value === "string" ? undefined : "a string");
export const aResultStorage: Rule = (value) => {
  const { type, name } = Object(value) as { readonly type?: unknown; readonly name?: unknown };
  const isBlock = typeof type === "string" && typeof name === "string";
  return isBlock || (typeof value === "string" && value !== "")
    ? undefined
    : 'a store, as "local" or "s3://bucket/prefix", or a block of a bucket, as "s3-bucket/lake"';
};
export const aName: Rule = (value) =>
  typeof value === "string" && value !== "" ? undefined : "a string that is not empty";
export const aBoolean: Rule = (value) => (typeof value === "boolean" ? undefined : "true or false");
export const aFunction: Rule = (value) => (typeof value === "function" ? undefined : "a function");
export const anObject: Rule = (value) => (typeof value === "object" && value !== null ? undefined : "an object");
export const anything: Rule = () => undefined;

export const aWholeNumber: Rule = (value) =>
  Number.isInteger(value) && (value as number) >= 0 ? undefined : "a whole number, 0 or more";

export const aShare: Rule = (value) =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? undefined : "a number, 0 or more";

export const aConcurrency: Rule = (value) =>
  typeof value === "number" && value >= 1 ? undefined : "1 or more, or leave it out for no limit";

export const aDuration: Rule = (value) =>
  isDuration(value) ? undefined : 'a number of seconds, or "500ms", "2s", "10m", "1h", "1d"';

export function isDuration(value: unknown): boolean {
  try {
    durationSeconds(value as number);
    return typeof value === "string" || typeof value === "number";
  } catch {
    return false;
  }
}

export function listOf(rule: Rule, wanted: string): Rule {
  return (value) => (Array.isArray(value) && value.every((item) => rule(item) === undefined) ? undefined : wanted);
}

export const strings: Rule = listOf(aString, 'a list of strings: ["a", "b"]');

/** Accepts what any of the rules accepts; the last rule describes the expected value. */
export function either(...rules: readonly Rule[]): Rule {
  return (value) => (rules.some((rule) => rule(value) === undefined) ? undefined : rules.at(-1)?.(value));
}
