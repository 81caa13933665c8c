import { isPlainObject } from "@ostinato/core";

/** Objects are known by themselves, also where they pass from one flow run to another. */
const madeBy = new WeakMap<object, string>();

export function producerOf(value: object): string | undefined {
  return madeBy.get(value);
}

/** Lists longer than this are data, of which only the whole is known. */
const maxParts = 1000;
/** Shorter texts are words like "ok", that many runs give and programs have of their own. */
const minTextLength = 5;
/** Longer texts are known by their length and some of their characters, so that they are neither held nor read whole. */
const maxHeldLength = 2048;
const sampleLength = 256;
const maxHeldValues = 100_000;

type Plain = string | number | bigint;

/**
 * Which task runs of one flow run made which values, so that passing a value on is known as a dependency. Texts and numbers
 * have no identity: they are known by what they are, where that tells enough and only one run gave them.
 */
export class Provenance {
  /** Null where several runs gave the value. */
  readonly #plain = new Map<Plain, string | null>();

  /** Remembers a result and its parts, one layer deep. `inputs` are the runs whose values the run was given. */
  remember(value: unknown, taskRunId: string, inputs: ReadonlySet<string>): void {
    this.#remember(value, taskRunId, inputs);
    const parts = Array.isArray(value) ? value : isPlainObject(value) ? Object.values(value) : [];
    if (parts.length <= maxParts) for (const part of parts) this.#remember(part, taskRunId, inputs);
  }

  /** The run that made the value, as far as it is known. */
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
    // Who was given the value passes it on.
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

/** By what the value is known; undefined where so many values are equal by chance that it would tell nothing. */
function plainKey(value: unknown): Plain | undefined {
  if (typeof value === "string") return value.length < minTextLength ? undefined : textKey(value);
  // The same whole numbers that Prefect leaves out, since Python has one object for each.
  if (typeof value === "number") return Number.isInteger(value) && value >= -5 && value <= 256 ? undefined : value;
  return typeof value === "bigint" && (value < -5n || value > 256n) ? value : undefined;
}

function textKey(text: string): string {
  const { length } = text;
  if (length <= maxHeldLength) return text;
  const middle = Math.floor(length / 2);
  return `${length} ${text.slice(0, sampleLength)} ${text.slice(middle, middle + sampleLength)} ${text.slice(-sampleLength)}`;
}
