import { secretMark, secretMask } from "@ostinato/core";

/** A value that is passed around without ever being written down. `reveal()` gives the value itself. */
export class Secret<T> {
  readonly [secretMark] = true as const;
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    if (typeof this.#value === "string" && this.#value.length >= shortestRedacted) revealed.add(this.#value);
    return this.#value;
  }

  /** The value, to hand it on inside this program. Use `reveal()`, which keeps it out of the logs. */
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
 * Marks a value as secret: pages show `********` in its place, and a result that holds it is not kept. What `reveal()` gave
 * is also taken out of log lines and messages.
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

/** Shorter ones would blot out ordinary words. */
const shortestRedacted = 4;
const revealed = new Set<string>();

/** The text with every secret that was revealed in this program blotted out. */
export function redact(text: string): string {
  let clean = text;
  for (const value of revealed) if (clean.includes(value)) clean = clean.replaceAll(value, secretMask);
  return clean;
}
