import { classNames, classOf } from "../failures/error-classes.ts";
import { failureParts, fieldText, isError } from "../failures/failure-parts.ts";
import { packSecrets, unpackSecrets } from "./thread-values.ts";

/** An error between threads. Structured cloning would lose its class, its name and its fields. */
export interface ThreadError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** The names of its class and its superclasses, nearest first. */
  readonly classes: readonly string[];
  readonly fields: readonly (readonly [name: string, value: ThreadValue])[];
  readonly cause: ThreadValue | undefined;
  readonly errors: readonly ThreadValue[] | undefined;
}

type ThreadValue = { readonly error: ThreadError } | { readonly value: unknown };

const maxDepth = 8;
const maxErrors = 100;
const maxUncopied = 1000;

export function packError(error: Error): ThreadError {
  return pack(error, []);
}

function pack(error: Error, above: readonly unknown[]): ThreadError {
  const { name, message, stack, fields, cause, errors } = failureParts(error);
  const path = [...above, error];
  return {
    name,
    message,
    stack,
    classes: classNames(error),
    fields: fields.map(([field, value]) => [field, packValue(value, path)]),
    cause: cause === undefined ? undefined : packValue(cause, path),
    errors: errors.length === 0 ? undefined : errors.slice(0, maxErrors).map((each) => packValue(each, path)),
  };
}

function packValue(value: unknown, above: readonly unknown[]): ThreadValue {
  if (!isError(value)) return { value: copyable(value) };
  if (above.includes(value) || above.length > maxDepth) return { value: `${value.name}: ${value.message}` };
  return { error: pack(value, above) };
}

/** The value where it can be cloned; otherwise, as for a socket or a function, a text that describes it. */
function copyable(value: unknown): unknown {
  if (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol") return value;
  try {
    const packed = packSecrets(value);
    structuredClone(packed);
    return packed;
  } catch {
    return fieldText(value, maxUncopied);
  }
}

/** The error as an instance of its class, where that is known here: the functions in `seenBy` may have it in scope. */
export function unpackError(packed: ThreadError, seenBy: readonly unknown[] = []): Error {
  const { name, message, stack, fields, cause, errors } = packed;
  const error = instance(packed, seenBy);
  define(error, "stack", stack);
  if (error.message !== message) define(error, "message", message);
  if (error.name !== name) define(error, "name", name);
  if (cause !== undefined) define(error, "cause", unpackValue(cause, seenBy));
  if (errors !== undefined)
    define(
      error,
      "errors",
      errors.map((each) => unpackValue(each, seenBy)),
    );
  for (const [field, value] of fields) define(error, field, unpackValue(value, seenBy), true);
  return error;
}

/** Does not call the constructor, because its arguments are unknown. */
function instance({ name, message, classes }: ThreadError, seenBy: readonly unknown[]): Error {
  // Its properties are computed from internal slots, which only the constructor sets.
  if (classes[0] === "DOMException") return new DOMException(message, name) as Error;
  const error = new Error(message);
  for (let skipped = 0; skipped < classes.length; skipped += 1) {
    const known = classOf(classes.slice(skipped), seenBy);
    if (known === undefined) continue;
    Object.setPrototypeOf(error, known.prototype as object);
    break;
  }
  return error;
}

function unpackValue(packed: ThreadValue, seenBy: readonly unknown[]): unknown {
  return "error" in packed ? unpackError(packed.error, seenBy) : unpackSecrets(packed.value);
}

function define(error: Error, name: string, value: unknown, enumerable = false): void {
  Object.defineProperty(error, name, { value, enumerable, configurable: true, writable: true });
}
