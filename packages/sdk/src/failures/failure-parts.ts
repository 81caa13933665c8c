import { inspect, types } from "node:util";
import { redact } from "../secrets/redaction.ts";

/** Any value can be thrown: the reader trusts no property, and one that throws does not hide the others. */
export interface FailureParts {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Own enumerable properties other than those above and `cause`. */
  readonly fields: readonly (readonly [name: string, value: unknown])[];
  /** The `cause` of the error. */
  readonly cause: unknown;
  /** The `errors` of an AggregateError. */
  readonly errors: readonly unknown[];
}

const maxFields = 50;
const known: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "errors"]);

export function failureParts(thrown: object): FailureParts {
  const errors = read(thrown, "errors");
  return {
    name: nameOf(thrown),
    message: textOr(read(thrown, "message"), ""),
    stack: textOr(read(thrown, "stack"), undefined),
    fields: ownFields(thrown),
    cause: read(thrown, "cause"),
    errors: Array.isArray(errors) && errors.some((error) => error instanceof Error) ? errors : suppressed(thrown),
  };
}

/** The own properties of an object, without those that throw or are computed. */
function ownFields(thrown: object): (readonly [string, unknown])[] {
  const fields: (readonly [string, unknown])[] = [];
  for (const name of quietly(() => Object.keys(thrown)) ?? []) {
    if (fields.length === maxFields) break;
    const own = quietly(() => Object.getOwnPropertyDescriptor(thrown, name));
    if (own !== undefined && "value" in own && own.value !== undefined && !known.has(name))
      fields.push([name, own.value]);
  }
  return fields;
}

/** The value of a field on one line, without secrets, cut at `maxCharacters`. */
export function fieldText(value: unknown, maxCharacters: number): string {
  return cut(redact(quietly(() => inspect(value, fieldOptions)) ?? "(cannot be shown)"), maxCharacters);
}

const fieldOptions = {
  depth: 3,
  breakLength: Number.POSITIVE_INFINITY,
  compact: true,
  maxArrayLength: 20,
  // Longer than the text shown, so that a secret is redacted as a whole before the text is cut.
  maxStringLength: 10_000,
} as const;

export function cut(text: string, maxCharacters: number): string {
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters)}…`;
}

/** Whether a value is an Error, including errors of another realm, such as a test runner's. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** The error's own name, or its class name where the name is inherited from another class. */
function nameOf(thrown: object): string {
  const prototype = quietly(() => Object.getPrototypeOf(thrown) as object | null);
  const isOwn = [thrown, prototype].some((owner) => owner && quietly(() => Object.hasOwn(owner, "name")));
  return (isOwn ? textOr(read(thrown, "name"), undefined) : undefined) ?? constructorName(thrown);
}

export function constructorName(value: object): string {
  const maker = read(value, "constructor");
  return typeof maker === "function" && maker.name !== "" ? maker.name : "Object";
}

/** `using` throws a `SuppressedError`: the failure of the cleanup, and the error that it hides. */
function suppressed(thrown: object): readonly unknown[] {
  if (read(thrown, "name") !== "SuppressedError") return [];
  return [read(thrown, "suppressed"), read(thrown, "error")].filter((error) => error !== undefined);
}

function read(thrown: object, name: string): unknown {
  return quietly(() => (thrown as Readonly<Record<string, unknown>>)[name]);
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function textOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === "string" ? value : otherwise;
}
