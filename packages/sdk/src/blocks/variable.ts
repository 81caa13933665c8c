import { ApiError, isNotFound } from "@ostinato/client";
import type {
  createVariable,
  deleteVariableByName,
  readVariableByName,
  updateVariableByName,
} from "@ostinato/protocol";
import { UsageError } from "../errors.ts";
import { checkJsonParameters, type ParameterSchema, type ParametersOut } from "../inputs/parameters.ts";
import { anything, checkOptions, strings } from "../run/option-checks.ts";
import { session } from "../session/session.ts";

export interface VariableOptions<S extends ParameterSchema> {
  /** Checks the value, and gives it its type. */
  readonly schema: S;
}

export interface SetVariableOptions {
  /** Replace the variable's tags; those that it has stay unless given. */
  readonly tags?: readonly string[];
}

/**
 * Values of JSON that the server keeps by name, for all programs in TypeScript and in Python. They are not secret: see `block()`.
 *
 * ```ts
 * import { variable } from "ostinato";
 *
 * await variable.set("threshold", 0.8, { tags: ["model"] });
 * const threshold: number = await variable.get("threshold", { fallback: 0.5 });
 * await variable.delete("threshold");
 * ```
 */
export const variable = {
  get: readVariable,
  set: setVariable,
  delete: deleteVariable,
};

/** Rejects where there is no such variable, unless `fallback` is given. */
function readVariable(name: string): Promise<unknown>;
function readVariable<T>(name: string, options: { readonly fallback: T }): Promise<T>;
function readVariable<S extends ParameterSchema>(name: string, options: VariableOptions<S>): Promise<ParametersOut<S>>;
function readVariable<S extends ParameterSchema>(
  name: string,
  options: VariableOptions<S> & { readonly fallback: ParametersOut<S> },
): Promise<ParametersOut<S>>;
async function readVariable(
  name: string,
  options: { readonly schema?: ParameterSchema; readonly fallback?: unknown } = {},
): Promise<unknown> {
  checkOptions("variable.get()", options, { schema: anything, fallback: anything });
  const { client } = await session();
  try {
    const { value } = await client.call<typeof readVariableByName>("GET /variables/name/{name}", { params: { name } });
    return await checkJsonParameters(`variable "${name}"`, options.schema, value);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    if ("fallback" in options) return options.fallback;
    throw new UsageError(`There is no variable "${name}" on the server. Set it before, or give a fallback.`, {
      cause: error,
    });
  }
}

/** Makes the variable, or replaces its value. */
async function setVariable(name: string, value: unknown, options: SetVariableOptions = {}): Promise<void> {
  checkOptions("variable.set()", options, { tags: strings });
  const { client } = await session();
  const body = { value, ...(options.tags === undefined ? {} : { tags: [...options.tags] }) };
  try {
    await client.call<typeof createVariable>("POST /variables/", { body: { name, ...body } });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    await client.call<typeof updateVariableByName>("PATCH /variables/name/{name}", { params: { name }, body });
  }
}

/** Gives whether there was one. */
async function deleteVariable(name: string): Promise<boolean> {
  const { client } = await session();
  try {
    await client.call<typeof deleteVariableByName>("DELETE /variables/name/{name}", { params: { name } });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
