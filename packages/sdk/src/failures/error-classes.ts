import { randomUUID } from "node:crypto";
import type { Session } from "node:inspector";
import * as ownErrors from "../errors.ts";

export type ErrorClass = abstract new (...args: never[]) => Error;

const found = new Map<string, ErrorClass>();
const missed = new WeakMap<object, Set<string>>();

/** The names of an error's class and its superclasses, nearest first, without `Error` itself. */
export function classNames(error: Error): string[] {
  return namesFrom(Object.getPrototypeOf(error));
}

function namesFrom(prototype: unknown): string[] {
  if (typeof prototype !== "object" || prototype === null || prototype === Error.prototype) return [];
  const { constructor: maker } = prototype;
  return [...(typeof maker === "function" ? [maker.name] : []), ...namesFrom(Object.getPrototypeOf(prototype))];
}

/**
 * Finds the error class with these names: a class of the language, of the SDK, or one in the scope of the given functions. A module's names
 * cannot be imported while it is being evaluated, and a program that awaits its flow at its top level is evaluated until the flow ends.
 * V8's inspector sees the scopes of a function; asking it takes a millisecond.
 */
export function classOf(names: readonly string[], seenBy: readonly unknown[]): ErrorClass | undefined {
  const key = names.join(" ");
  const known = found.get(key) ?? publicClass(names) ?? seenClass(names, key, seenBy);
  if (known !== undefined) found.set(key, known);
  return known;
}

function publicClass(names: readonly string[]): ErrorClass | undefined {
  const places: readonly object[] = [globalThis, ownErrors];
  return places.map((place) => memberOf(place, names)).find((value) => isClass(value, names));
}

function memberOf(place: object, [name = ""]: readonly string[]): unknown {
  return Object.hasOwn(place, name) ? (place as Readonly<Record<string, unknown>>)[name] : undefined;
}

function isClass(value: unknown, names: readonly string[]): value is ErrorClass {
  return (
    typeof value === "function" &&
    value.prototype instanceof Error &&
    namesFrom(value.prototype).join(" ") === names.join(" ")
  );
}

function seenClass(names: readonly string[], key: string, seenBy: readonly unknown[]): ErrorClass | undefined {
  for (const fn of seenBy) {
    if (typeof fn !== "function" || missed.get(fn)?.has(key)) continue;
    const value = visibleFrom(fn, names).find((each) => isClass(each, names));
    if (value !== undefined) return value as ErrorClass;
    missed.set(fn, (missed.get(fn) ?? new Set()).add(key));
  }
  return undefined;
}

/** The values under the name in the function's scopes, directly or in a module's namespace. Empty where Node has no inspector. */
function visibleFrom(fn: object, names: readonly string[]): unknown[] {
  const seen: unknown[] = [];
  const hand = {
    fn,
    take(value: object) {
      seen.push(isNamespace(value) ? memberOf(value, names) : value);
    },
  };
  const key = Symbol.for(randomUUID());
  let session: Session | undefined;
  try {
    const { Session: Opened } = process.getBuiltinModule("node:inspector");
    session = new Opened();
    session.connect();
    Object.defineProperty(globalThis, key, { value: hand, configurable: true });
    const there = `globalThis[Symbol.for(${JSON.stringify(key.description)})]`;
    const { result } = ask<{ result: Remote }>(session, "Runtime.evaluate", { expression: `${there}.fn` });
    const scopes = ask<Properties>(session, "Runtime.getProperties", { objectId: result.objectId }).internalProperties;
    const list = scopes?.find((property) => property.name === "[[Scopes]]")?.value;
    for (const scope of propertiesOf(session, list)) {
      for (const { name, value } of propertiesOf(session, scope.value)) {
        if (value?.objectId === undefined || (name !== names[0] && value.className !== "Module")) continue;
        const functionDeclaration = `function () { ${there}.take(this); }`;
        ask(session, "Runtime.callFunctionOn", { objectId: value.objectId, functionDeclaration });
      }
    }
  } catch {
    // Without an inspector the error becomes one of the nearest known class.
  } finally {
    Reflect.deleteProperty(globalThis, key);
    session?.disconnect();
  }
  return seen;
}

function isNamespace(value: object): boolean {
  return (value as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Module";
}

/** The part of the inspector's answer that is read here. */
interface Remote {
  readonly objectId?: string;
  readonly className?: string;
  readonly description?: string;
}

interface Property {
  readonly name: string;
  readonly value?: Remote;
}

interface Properties {
  readonly result: readonly Property[];
  readonly internalProperties?: readonly Property[];
}

/** Leaves out the global scope: it holds hundreds of names, which are looked up without the inspector. */
function propertiesOf(session: Session, of: Remote | undefined): readonly Property[] {
  if (of?.objectId === undefined || of.description === "Global") return [];
  return ask<Properties>(session, "Runtime.getProperties", { objectId: of.objectId, ownProperties: true }).result;
}

/** The inspector answers before `post` returns, because it runs in the same thread. */
function ask<T>(session: Session, method: string, params: object): T {
  let answer: { readonly error: Error | null; readonly result: unknown } | undefined;
  session.post(method, params, (error, result) => {
    answer = { error, result };
  });
  if (answer === undefined || answer.error !== null) throw answer?.error ?? new Error(`no answer to ${method}`);
  return answer.result as T;
}
