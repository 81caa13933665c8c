import { TemplateRenderError } from "./errors.ts";
import { type Arguments, typeName, type Value } from "./values.ts";

/** The arguments of one call, by the names of its parameters. */
export class Bound {
  readonly #of: string;
  readonly #values: ReadonlyMap<string, Value>;

  constructor(of: string, values: ReadonlyMap<string, Value>) {
    this.#of = of;
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  value(name: string): Value {
    const value = this.#values.get(name);
    if (value === undefined) throw new TemplateRenderError(`${this.#of} needs the argument "${name}"`);
    return value;
  }

  optional(name: string): Value | undefined {
    return this.#values.get(name) ?? undefined;
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.#values.get(name);
    return value === undefined ? otherwise : value !== null && value !== false && value !== 0n && value !== "";
  }

  integer(name: string, otherwise?: number): number {
    const value = this.#values.get(name);
    if (value === undefined && otherwise !== undefined) return otherwise;
    if (typeof value === "bigint" || typeof value === "boolean") return Number(value);
    throw this.#wrong(name, "an int", value);
  }

  text(name: string, otherwise?: string): string {
    const value = this.#values.get(name);
    if (value === undefined && otherwise !== undefined) return otherwise;
    if (typeof value === "string") return value;
    throw this.#wrong(name, "a str", value);
  }

  #wrong(name: string, expected: string, value: Value | undefined): TemplateRenderError {
    const given = value === undefined ? "nothing" : typeName(value);
    return new TemplateRenderError(`the argument "${name}" of ${this.#of} is to be ${expected}, and is ${given}`);
  }
}

/** The arguments with the names of the parameters, which are in the order of positions. */
export function bind(of: string, parameters: readonly string[], { positional, named }: Arguments): Bound {
  if (positional.length > parameters.length) {
    throw new TemplateRenderError(`${of} takes ${parameters.length} arguments, and got ${positional.length}`);
  }
  const values = new Map<string, Value>();
  for (const [index, value] of positional.entries()) values.set(parameters[index] ?? "", value);
  for (const [name, value] of named) {
    if (!parameters.includes(name)) throw new TemplateRenderError(`${of} has no argument "${name}"`);
    if (values.has(name)) throw new TemplateRenderError(`${of} got the argument "${name}" twice`);
    values.set(name, value);
  }
  return new Bound(of, values);
}
