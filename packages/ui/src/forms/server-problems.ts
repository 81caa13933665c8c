import type { SchemaValueError } from "@ostinato/protocol";
import type { FormProblem } from "./form-problems.ts";

/** The problems that the server tells of values, each with its place, in words for people who don't write programs. */
export function problemsFromServer(errors: readonly SchemaValueError[]): readonly FormProblem[] {
  return problemsWithin(errors, []);
}

function problemsWithin(errors: readonly SchemaValueError[], path: FormProblem["path"]): readonly FormProblem[] {
  return errors.flatMap((error) => {
    if (typeof error !== "string")
      return problemsWithin(error.errors, [...path, "index" in error ? String(error.index) : error.property]);
    const message = inWords(error);
    return message === undefined ? [] : [{ path, message }];
  });
}

/** The sentence that refuses the parameters of a run: where it names a field, the problem at that field. */
export function problemInRefusal(sentence: string): FormProblem | undefined {
  const match = /Validation failed(?: for field (["'])(.+?)\1)?\. Failure reason: (.+)$/s.exec(sentence);
  if (match?.[3] === undefined) return undefined;
  const missing = /^'(.+)' is a required property$/.exec(match[3])?.[1];
  const path = [...pathOf(match[2] ?? ""), ...(missing === undefined ? [] : [missing])];
  return { path, message: inWords(match[3]) ?? match[3] };
}

/** The parts of a path such as `cities[2].name`, or `['my field']`. */
function pathOf(text: string): readonly string[] {
  const parts = text.matchAll(/\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|([^.[\]]+)/g);
  return [...parts].map(([, index, quoted, name]) => index ?? quoted?.replace(/\\(.)/g, "$1") ?? name ?? "");
}

const needed = "This field is required.";

/** Undefined for what a run is not held to: how pickers of dates and times write their values. */
function inWords(sentence: string): string | undefined {
  if (/ is not a '(?:date|time|date-time)'$/.test(sentence)) return undefined;
  for (const [pattern, words] of sentences) {
    const match = pattern.exec(sentence);
    if (match !== null) return words(match[1] ?? "");
  }
  return sentence;
}

const formats: Readonly<Record<string, string>> = {
  email: "Write an e-mail address.",
  "idn-email": "Write an e-mail address.",
  ipv4: "Write an IPv4 address, such as 192.0.2.1.",
  ipv6: "Write an IPv6 address.",
  uuid: "Write a UUID: 36 characters, with hyphens.",
  regex: "Write a regular expression.",
};

const types: Readonly<Record<string, string>> = {
  integer: "Write a whole number.",
  number: "Write a number.",
  string: "Write text.",
  boolean: "Choose yes or no.",
  array: "Write a list.",
  object: "Write an object: { }.",
};

/** Sentences of Python's `jsonschema`. */
const sentences: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/^None is not of type '\w+'$/, () => needed],
  [/ is a required property$/, () => needed],
  [/ is not of type '(\w+)'$/, (type) => types[type] ?? `This must be of the type ${type}.`],
  [/ is not one of (\[.*\])$/s, (values) => `Choose one of ${values.slice(1, -1)}.`],
  [/ does not match '(.*)'$/s, (pattern) => `This does not fit the pattern ${pattern.replaceAll("\\\\", "\\")}`],
  [/ is not a '([\w-]+)'$/, (format) => formats[format] ?? `This does not have the format ${format}.`],
  [/ is not valid under any of the given schemas$/, () => "This fits none of the choices."],
  [/ is less than the minimum of (\S+)$/, (limit) => `At least ${limit}.`],
  [/ is greater than the maximum of (\S+)$/, (limit) => `At most ${limit}.`],
  [/^Additional properties are not allowed \((.*) (?:was|were) unexpected\)$/, (names) => `Unknown here: ${names}.`],
];

/** A form's own problems, and those of the server at places where it has none. */
export function withServerProblems(
  own: readonly FormProblem[],
  fromServer: readonly FormProblem[],
): readonly FormProblem[] {
  const others = fromServer.filter(({ path }) => !own.some((problem) => isNear(problem.path, path)));
  return [...own, ...others];
}

/** Whether one of the places lies within the other. */
function isNear(a: FormProblem["path"], b: FormProblem["path"]): boolean {
  return a.slice(0, b.length).every((part, at) => part === b[at]) && a.length > 0 && b.length > 0;
}
