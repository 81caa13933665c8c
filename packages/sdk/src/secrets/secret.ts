import { secretMark, secretMask } from "@ostinato/core";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { UsageError } from "../errors.ts";
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
 *
 * Given a schema of zod, it marks a field of a block as secret: `block({ type: "api", schema: z.object({ key: secret(z.string()) }) })`.
 */
export function secret<S extends StandardSchemaV1>(schema: S): S;
export function secret<T>(value: T): Secret<T>;
export function secret(given: unknown): unknown {
  return isSchema(given) ? asPassword(given) : new Secret(given);
}

function isSchema(value: unknown): value is StandardSchemaV1 {
  return Object(value) === value && "~standard" in (value as object);
}

/** JSON Schema writes a secret as the format `password`; zod takes what JSON Schema is to say as `meta`. */
function asPassword(schema: StandardSchemaV1): unknown {
  const { meta } = schema as { readonly meta?: (described: object) => unknown };
  if (typeof meta === "function") return meta.call(schema, { format: "password", writeOnly: true });
  throw new UsageError(
    `secret() can't mark a schema of ${schema["~standard"].vendor}: name the field in block({ secrets: ["…"] }).`,
  );
}
