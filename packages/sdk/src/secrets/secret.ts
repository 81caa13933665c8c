import { secretMark, secretMask } from "@ostinato/core";
import { reveal } from "./redaction.ts";

/** A value that is passed around but never recorded. `reveal()` returns the value itself. */
export class Secret<T> {
  readonly [secretMark] = true as const;
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    reveal(this.#value);
    return this.#value;
  }

  /** The value, for use inside the SDK. Programs use `reveal()`, which also redacts the value everywhere. */
  peek(): T {
    return this.#value;
  }

  toString(): string {
    return secretMask;
  }

  toJSON(): string {
    return secretMask;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Secret(${secretMask})`;
  }
}

/**
 * Marks a value as secret: pages show `********` in its place, and a result that holds it is not kept. The texts in what
 * `reveal()` gave, fields of objects included, are also taken out of everything that is written down from then on, in every
 * usual spelling; those of fewer than four characters where they stand alone.
 *
 * ```ts
 * import { secret, task } from "ostinato";
 * import type { Secret } from "ostinato";
 *
 * const connect = task(async function connect(user: string, password: Secret<string>) {
 *   return `${user}:${password.reveal().length}`;
 * });
 *
 * export const connected = connect("reader", secret(process.env.DATABASE_PASSWORD ?? ""));
 * ```
 */
export function secret<T>(value: T): Secret<T> {
  return new Secret(value);
}
