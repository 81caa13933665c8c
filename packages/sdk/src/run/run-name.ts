import { inspect } from "node:util";
import { isPlainObject, isSecret, secretMask } from "@ostinato/core";
import { cut } from "../failures/failure-parts.ts";
import { failureMessage } from "../failures/failure-text.ts";
import { redact } from "../secrets/redaction.ts";

/**
 * The name of a run: a template in which `{path}` stands for a parameter and `{table.name}` for a part of one, or a function of the
 * parameters.
 */
export type RunName<P> = string | ((parameters: P) => string);

/** The name, undefined where there is none, and the problem that occurred on the way. */
export interface MadeName {
  readonly name: string | undefined;
  readonly problem?: string;
}

export interface NamedCall {
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Known default values of omitted parameters. */
  readonly defaults: ReadonlyMap<string, unknown>;
}

const maxName = 500;

/** Makes a run's name. A failure never stops the run: the name has a gap, or the default is used. */
export async function makeRunName(name: RunName<never>, call: NamedCall): Promise<MadeName> {
  if (typeof name === "string") return { name: tidy(filled(name, call)) };
  try {
    const made: unknown = await name(call.parameters as never);
    return { name: tidy(valueText(made)) };
  } catch (error) {
    return { name: undefined, problem: `its runName failed: ${failureMessage(error)}` };
  }
}

function filled(template: string, { parameters, defaults }: NamedCall): string {
  return template.replace(/\{([^{}]*)\}/g, (whole, placeholder: string) => {
    const path = pathOf(placeholder);
    if (path === undefined) return whole;
    const [parameter = "", ...parts] = path;
    const given = Object.hasOwn(parameters, parameter) ? parameters[parameter] : undefined;
    return valueText(parts.reduce(partOf, given === undefined ? defaults.get(parameter) : given));
  });
}

/** Parses `table.name` and `rows[0].id` into names; ignores a format such as `:03d` or `!r` of Python's templates. */
function pathOf(placeholder: string): readonly string[] | undefined {
  const match = /^([\p{ID_Continue}$]+(?:\.[\p{ID_Continue}$]+|\[[^\]]+\])*)(?:[!:].*)?$/u.exec(placeholder.trim());
  return match?.[1]?.split(/[.[\]]+/).filter((part) => part !== "");
}

function partOf(value: unknown, name: string): unknown {
  if (value === undefined || value === null || isSecret(value)) return value;
  try {
    return (value as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}

function valueText(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  if (isSecret(value)) return secretMask;
  try {
    if (value instanceof Date) return value.toISOString();
    const isObject = typeof value === "object" && value !== null;
    const isData =
      isObject && (Array.isArray(value) || isPlainObject(value) || value.toString === Object.prototype.toString);
    return isData ? inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 2 }) : String(value);
  } catch {
    return "";
  }
}

/** Puts the text on one line and redacts secrets. */
function tidy(text: string): string | undefined {
  const line = redact(text)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return line === "" ? undefined : cut(line, maxName);
}
