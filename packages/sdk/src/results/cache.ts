import { type Duration, durationSeconds } from "@ostinato/core";
import { UsageError } from "../errors.ts";
import type { InputDigests } from "../identity/call-identity.ts";
import type { DefinitionIdentity } from "../identity/definition-identity.ts";
import { digest } from "../identity/digest.ts";
import { digestOf, type ValueDigest } from "../identity/value-digest.ts";
import { shown } from "../run/option-checks.ts";
import { containsRevealed } from "../secrets/redaction.ts";

/** The call for which a function computes the cache key. */
export interface CacheCall {
  readonly taskName: string;
  /** The arguments by parameter name. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The parameters of the flow that called the task; undefined outside of flows. */
  readonly flowParameters: unknown;
  readonly flowRunId: string | undefined;
}

/**
 * `inputs`: the arguments; `taskSource`: the text of the function; `flowParameters`: the parameters of the flow run;
 * `runId`: the flow run. A function returns a string of your own, or undefined where the call is not to be cached.
 */
export type CacheBy = "inputs" | "taskSource" | "flowParameters" | "runId" | ((call: CacheCall) => string | undefined);

export interface CacheOptions {
  /** The parts that must be equal for a result to be reused; all of them must be. */
  readonly by: CacheBy | readonly CacheBy[];
  /** Names of parameters that are left out of the inputs. */
  readonly without?: string | readonly string[];
  /** How long a result may be reused. Forever by default. */
  readonly expires?: Duration;
  /** Runs the task in any case, and stores the new result. */
  readonly refresh?: boolean;
}

/** The cache options of a task, parsed once. */
export interface CacheRule {
  readonly by: readonly CacheBy[];
  readonly without: ReadonlySet<string>;
  readonly expiresSeconds: number | undefined;
  readonly refresh: boolean;
}

const words = ["inputs", "taskSource", "flowParameters", "runId"];

export function cacheRule(options: CacheOptions): CacheRule {
  const by = [options.by].flat() as CacheBy[];
  const wrong = by.find((part) => typeof part !== "function" && !words.includes(part));
  if (wrong !== undefined || by.length === 0) {
    throw new UsageError(
      `cache.by is ${JSON.stringify(options.by)}: give "inputs", "taskSource", "flowParameters", "runId", a function, or several of them`,
    );
  }
  return {
    by,
    without: new Set([options.without ?? []].flat()),
    expiresSeconds: options.expires === undefined ? undefined : durationSeconds(options.expires),
    refresh: options.refresh ?? false,
  };
}

/** The server takes keys of up to 2000 characters. */
const maxKeyLength = 2000;

/** The parts of a call from which its key is made. */
export interface KeyParts {
  readonly rule: CacheRule;
  readonly call: CacheCall;
  readonly inputs: InputDigests;
  readonly task: DefinitionIdentity;
}

/**
 * The cache key of a call, or undefined where the call cannot be cached. The result of a function alone is the key itself, so that tasks
 * can share it; any other key is a digest that includes the task.
 */
export function cacheKey(given: KeyParts): string | undefined {
  const { rule, call, task } = given;
  const [first] = rule.by;
  if (rule.by.length === 1 && typeof first === "function") return own(givenKey(first, call));
  const parts: string[] = [task.known("cache")];
  for (const by of rule.by) {
    const part = keyPart(by, given);
    if (part === undefined) return undefined;
    parts.push(`${typeof by === "function" ? "own" : by}=${part}`);
  }
  return digest(parts.join("\n"));
}

function keyPart(by: CacheBy, { rule, call, inputs, task }: KeyParts): string | undefined {
  if (typeof by === "function") return givenKey(by, call);
  switch (by) {
    case "inputs":
      return open(inputs.together(rule.without));
    case "taskSource":
      return task.source;
    case "flowParameters":
      return open(digestOf(call.flowParameters));
    case "runId":
      return call.flowRunId ?? "none";
    default:
      throw new UsageError(`cache.by does not know ${JSON.stringify(by satisfies never)}`);
  }
}

/** Accepts the result of a key function. Numbers count as their digits; other values are not keys. */
function givenKey(by: (call: CacheCall) => unknown, call: CacheCall): string | undefined {
  const key = by(call);
  if (key === undefined || key === null) return undefined;
  if (typeof key === "object" || typeof key === "function" || typeof key === "symbol") {
    throw new UsageError(`cache.by gave ${shown(key)}; give a string, or undefined for no caching`);
  }
  return String(key);
}

/** Calls that depend on a secret are not cached. */
function open(value: ValueDigest | undefined): string | undefined {
  return value === undefined || value.secret ? undefined : value.text;
}

/** A key with a secret in it becomes a digest: redacted, keys with different secrets would be equal. */
function own(key: string | undefined): string | undefined {
  return key !== undefined && (key.length > maxKeyLength || containsRevealed(key)) ? digest(key) : key;
}
