import { isPlainObject } from "@ostinato/core";

/** Objects are tracked by reference, also when they pass from one flow run to another. */
const madeBy = new WeakMap<object, string>();

export function producerOf(value: object): string | undefined {
  return madeBy.get(value);
}

/** Longer lists are data: they are tracked as a whole, not by their items. */
const maxParts = 1000;
/** Shorter strings are words such as "ok", which many runs return and programs contain anyway. */
const minTextLength = 5;
/** Longer strings are identified by their length and a sample of their characters, so that they are neither kept nor read as a whole. */
const maxHeldLength = 2048;
const sampleLength = 256;
const maxHeldValues = 100_000;

type Plain = string | number | bigint;

/**
 * Tracks which task run of a flow run made which value, so that passing the value on is recorded as a dependency. Strings and numbers have
 * no reference identity: they are tracked by value, where the value is distinctive and only one run returned it.
 */
export class Provenance {
  /** Null where several runs returned the value. */
  readonly #plain = new Map<Plain, string | null>();

  /** Remembers a result and its parts, one level deep. `inputs` are the runs whose values the run received. */
  remember(value: unknown, taskRunId: string, inputs: ReadonlySet<string>): void {
    this.#remember(value, taskRunId, inputs);
    const parts = Array.isArray(value) ? value : isPlainObject(value) ? Object.values(value) : [];
    if (parts.length <= maxParts) for (const part of parts) this.#remember(part, taskRunId, inputs);
  }

  /** The run that made the value, if known. */
  producerOf(value: unknown): string | undefined {
    if (typeof value === "object") return value === null ? undefined : producerOf(value);
    if (this.#plain.size === 0) return undefined;
    const key = plainKey(value);
    return key === undefined ? undefined : (this.#plain.get(key) ?? undefined);
  }

  #remember(value: unknown, taskRunId: string, inputs: ReadonlySet<string>): void {
    if (typeof value === "object") {
      if (value !== null) madeBy.set(value, taskRunId);
      return;
    }
    const key = plainKey(value);
    if (key === undefined) return;
    const known = this.#plain.get(key);
    // A run that only passes on one of its inputs did not make it.
    const isOwn = known === undefined || known === taskRunId || (known !== null && inputs.has(known));
    this.#plain.set(key, isOwn ? taskRunId : null);
    if (this.#plain.size > maxHeldValues) this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const oldest of this.#plain.keys()) {
      this.#plain.delete(oldest);
      return;
    }
  }
}

/** The key by which a plain value is tracked; undefined for values that are often equal by chance. */
function plainKey(value: unknown): Plain | undefined {
  if (typeof value === "string") return value.length < minTextLength ? undefined : textKey(value);
  // Prefect leaves out the same whole numbers, because Python has one object for each.
  if (typeof value === "number") return Number.isInteger(value) && value >= -5 && value <= 256 ? undefined : value;
  return typeof value === "bigint" && (value < -5n || value > 256n) ? value : undefined;
}

function textKey(text: string): string {
  const { length } = text;
  if (length <= maxHeldLength) return text;
  const middle = Math.floor(length / 2);
  return `${length} ${text.slice(0, sampleLength)} ${text.slice(middle, middle + sampleLength)} ${text.slice(-sampleLength)}`;
}
