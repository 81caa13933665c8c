import { isUuid, withPlainFields } from "@ostinato/core";
import type { BodyOf, ParamsOf, QueryOf, RouteContract, Static, TSchema } from "@ostinato/protocol";
import { Check, Compile, Errors, type Validator } from "typebox/schema";
import { invalid, Nowhere, type Problem } from "./errors.ts";

import type { Incoming } from "./incoming.ts";
import { readLeniently } from "./leniency.ts";
import { mustBeOneOf, narrowed } from "./narrowing.ts";

/**
 * Schemas used a few times, with their counts, and those used more often, compiled. Compiling takes 3 ms for a body and 17 ms for
 * a filter, while interpreting the schema takes less than one: a server inside a script, or a page that is opened once, never
 * uses one often enough.
 */
const known = new WeakMap<TSchema, number | Validator>();
const usesBeforeCompiling = 3;

function isValid(schema: TSchema, value: unknown): boolean {
  const before = known.get(schema) ?? 0;
  if (typeof before !== "number") return before.Check(value);
  if (before < usesBeforeCompiling) {
    known.set(schema, before + 1);
    return Check(schema, value);
  }
  const validator = Compile(schema);
  known.set(schema, validator);
  return validator.Check(value);
}

type RequestParts = Pick<Incoming, "params" | "query" | "body">;

/** The parts of a request as the contract types them, or an error that lists each problem with its place and value. */
export function validated<C extends RouteContract>(
  contract: C,
  request: RequestParts,
): { params: ParamsOf<C>; query: QueryOf<C>; body: BodyOf<C> } {
  return {
    params: params(contract, request) as ParamsOf<C>,
    query: query(contract, request) as QueryOf<C>,
    body: body(contract, request) as BodyOf<C>,
  };
}

/** The parameters of paths that are ids. */
export const idParameters: readonly string[] = ["id", "schedule_id"];

/** An id in the path that is not a UUID is unknown: 404, as Prefect's clients expect. */
function params(contract: RouteContract, request: RequestParts): unknown {
  if (contract.params === undefined) return undefined;
  const given = { ...(request.params as Record<string, string>) };
  for (const name of idParameters) {
    const id = given[name];
    if (id === undefined) continue;
    if (!isUuid(id)) throw new Nowhere();
    given[name] = id.toLowerCase();
  }
  return check(contract.params, given, { place: "path", requestBody: request.body });
}

function query(contract: RouteContract, request: RequestParts): unknown {
  if (contract.query === undefined) return undefined;
  return check(contract.query, withNumbers(contract.query, request.query as Record<string, unknown>), {
    place: "query",
    requestBody: request.body,
  });
}

/** Query values are strings: converts numeric ones, and leaves invalid ones for validation to report. */
function withNumbers(schema: TSchema, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { properties = {} } = schema as { properties?: Readonly<Record<string, TSchema>> };
  const entries = Object.entries(given).map(([name, text]) => {
    const property = properties[name];
    return [name, property !== undefined && typeof text === "string" ? read(text, property) : text];
  });
  return Object.fromEntries(entries);
}

function read(text: string, schema: TSchema): string | number | null {
  const value = text === "" || text === "null" ? null : Number(text);
  return Number.isNaN(value) || Check(schema, text) ? text : value;
}

function body(contract: RouteContract, request: RequestParts): unknown {
  if (contract.body === undefined) return undefined;
  const given = request.body ?? (contract.bodyOptional === true ? {} : request.body);
  if (given === undefined || given === null) {
    throw invalid([{ type: "missing", loc: ["body"], msg: "Field required", input: null }]);
  }
  return check(contract.body, given, { place: "body", requestBody: given, isSecret: contract.hasSecrets === true });
}

interface Where {
  readonly place: "path" | "query" | "body";
  readonly requestBody: unknown;
  /** Clients write refusals into logs: those of secrets show no values. */
  readonly isSecret?: boolean;
}

function check(schema: TSchema, value: unknown, { place, requestBody, isSecret = false }: Where): unknown {
  const { problems, value: checked } = readAs(schema, value, place);
  if (problems.length === 0) return checked;
  throw isSecret ? invalid(problems.map(({ input, ...problem }) => problem)) : invalid(problems, requestBody);
}

/** The value if it fits the schema, or its problems. */
export interface ReadAs<S extends TSchema> {
  readonly problems: readonly Problem[];
  /** The schema's fields are JavaScript numbers; a user's own values keep exact ones. */
  readonly value: Static<S>;
}

/** For services that validate an input of their own, such as a frame of a websocket. */
export function readAs<S extends TSchema>(schema: S, value: unknown, place = "body"): ReadAs<S> {
  const fitted = withPlainFields(schema, value);
  if (isValid(schema, fitted)) return { problems: [], value: fitted as Static<S> };
  const read = readLeniently(schema, fitted);
  if (isValid(schema, read)) return { problems: [], value: read as Static<S> };
  return { problems: problemsOf(narrowed(schema, fitted), fitted, place), value: fitted as Static<S> };
}

const maxProblems = 20;

function problemsOf(schema: TSchema, value: unknown, place: string): readonly Problem[] {
  const problems: Problem[] = [];
  const errors = Errors(schema, value)[1];
  const explained = new Set(errors.flatMap(({ keyword, instancePath }) => (keyword === "~refine" ? instancePath : [])));
  for (const { instancePath, keyword, message, params } of errors) {
    if (keyword === "boolean") continue; // An unknown field, which has a problem of its own.
    if (keyword !== "~refine" && explained.has(instancePath)) continue; // The refinement has a sentence for it.
    if (keyword === "anyOf" && problems.length > 0) continue; // The alternatives are already listed.
    for (const name of namesIn(params)) {
      const path = [...instancePath.split("/").slice(1).map(segment), ...name];
      problems.push({
        type: problemType(keyword),
        loc: [place, ...path],
        msg: sentence(keyword, message, params),
        input: at(value, path) ?? null,
      });
    }
    if (problems.length >= maxProblems) break;
  }
  return problems.length > 0
    ? withoutNull(problems)
    : [{ type: "invalid", loc: [place], msg: "is not valid", input: value }];
}

/** Drops "must be null", which `Nullable` adds to every problem of its other half. */
function withoutNull(problems: readonly Problem[]): readonly Problem[] {
  const useful = problems.filter(({ msg }) => msg !== "must be null");
  return useful.length > 0 ? useful : problems;
}

function segment(text: string): string | number {
  const name = text.replaceAll("~1", "/").replaceAll("~0", "~");
  return /^\d+$/.test(name) ? Number(name) : name;
}

function namesIn(params: unknown): readonly (readonly string[])[] {
  const { requiredProperties, additionalProperties } = params as Record<string, readonly string[] | undefined>;
  const names = requiredProperties ?? additionalProperties;
  return Array.isArray(names) ? names.map((name) => [name]) : [[]];
}

/** Prefect's names for the kinds of problems, which its clients know. */
const types: Readonly<Record<string, string>> = {
  required: "missing",
  additionalProperties: "extra_forbidden",
  type: "type_error",
  enum: "enum",
  minimum: "greater_than_equal",
  maximum: "less_than_equal",
  pattern: "string_pattern_mismatch",
  maxLength: "string_too_long",
  maxItems: "too_long",
  "~refine": "value_error",
};

function problemType(keyword: string): string {
  return types[keyword] ?? keyword;
}

function sentence(keyword: string, message: string, params: unknown): string {
  if (keyword === "required") return "Field required";
  if (keyword === "enum") return mustBeOneOf((params as { readonly allowedValues: readonly unknown[] }).allowedValues);
  if (keyword === "additionalProperties") return "Extra inputs are not permitted";
  return message;
}

function at(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, name) => (found as Record<string | number, unknown> | null | undefined)?.[name],
    value,
  );
}
