import { isUuid } from "@ostinato/core";
import type { BodyOf, ParamsOf, QueryOf, RouteContract, TSchema } from "@ostinato/protocol";
import type { FastifyRequest } from "fastify";
import { Compile, type Validator } from "typebox/compile";
import { Convert } from "typebox/value";
import { invalid, type Problem, refused } from "./errors.ts";

const validators = new WeakMap<TSchema, Validator>();

/** Compiled by the first request that needs it: a server that starts for one script compiles a handful. */
function validatorOf(schema: TSchema): Validator {
  let validator = validators.get(schema);
  if (validator === undefined) {
    validator = Compile(schema);
    validators.set(schema, validator);
  }
  return validator;
}

/** The parts of a request as the contract has them, or an error that names each problem with its place and value. */
export function validated<C extends RouteContract>(
  contract: C,
  request: FastifyRequest,
): { params: ParamsOf<C>; query: QueryOf<C>; body: BodyOf<C> } {
  return {
    params: params(contract, request) as ParamsOf<C>,
    query: query(contract, request) as QueryOf<C>,
    body: body(contract, request) as BodyOf<C>,
  };
}

/** An id in the path that is no UUID addresses nothing: 404, as the field's clients expect. */
function params(contract: RouteContract, request: FastifyRequest): unknown {
  if (contract.params === undefined) return undefined;
  const given = { ...(request.params as Record<string, string>) };
  if (contract.path.includes("{id}")) {
    if (!isUuid(given.id ?? "")) throw refused(404, "Not Found");
    given.id = (given.id ?? "").toLowerCase();
  }
  return check(contract.params, given, { place: "path", requestBody: undefined });
}

function query(contract: RouteContract, request: FastifyRequest): unknown {
  if (contract.query === undefined) return undefined;
  return check(contract.query, Convert(contract.query, { ...(request.query as object) }), {
    place: "query",
    requestBody: undefined,
  });
}

function body(contract: RouteContract, request: FastifyRequest): unknown {
  if (contract.body === undefined) return undefined;
  const given = request.body ?? (contract.bodyOptional === true ? {} : request.body);
  if (given === undefined || given === null) {
    throw invalid([{ type: "missing", loc: ["body"], msg: "Field required", input: null }]);
  }
  return check(contract.body, given, { place: "body", requestBody: given });
}

interface Where {
  readonly place: "path" | "query" | "body";
  readonly requestBody: unknown;
}

function check(schema: TSchema, value: unknown, { place, requestBody }: Where): unknown {
  const validator = validatorOf(schema);
  if (validator.Check(value)) return value;
  throw invalid(problemsOf(validator, value, place), requestBody);
}

/** For services that validate a part by itself, such as a frame of a websocket. */
export function problemsIn(schema: TSchema, value: unknown): readonly Problem[] {
  const validator = validatorOf(schema);
  return validator.Check(value) ? [] : problemsOf(validator, value, "body");
}

const mostProblems = 20;

function problemsOf(validator: Validator, value: unknown, place: string): readonly Problem[] {
  const problems: Problem[] = [];
  for (const { instancePath, keyword, message, params } of validator.Errors(value)) {
    if (keyword === "boolean") continue; // An unknown field, which has a problem of its own.
    if (keyword === "anyOf" && problems.length > 0) continue; // The alternatives have been named already.
    for (const name of namesIn(params)) {
      const path = [...instancePath.split("/").slice(1).map(segment), ...name];
      problems.push({
        type: problemType(keyword),
        loc: [place, ...path],
        msg: sentence(keyword, message),
        input: at(value, path),
      });
    }
    if (problems.length >= mostProblems) break;
  }
  return problems.length > 0
    ? withoutNull(problems)
    : [{ type: "invalid", loc: [place], msg: "is not valid", input: value }];
}

/** `Nullable` adds «must be null» to every problem of its other half, which helps nobody. */
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

/** Names of the kinds of problems as the field's clients know them. */
const types: Readonly<Record<string, string>> = {
  required: "missing",
  additionalProperties: "extra_forbidden",
  type: "type_error",
  enum: "enum",
  minimum: "greater_than_equal",
  maximum: "less_than_equal",
  pattern: "string_pattern_mismatch",
  maxLength: "string_too_long",
};

function problemType(keyword: string): string {
  return types[keyword] ?? keyword;
}

function sentence(keyword: string, message: string): string {
  if (keyword === "required") return "Field required";
  if (keyword === "additionalProperties") return "Extra inputs are not permitted";
  return message;
}

function at(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((found, name) => (found as Record<string | number, unknown> | undefined)?.[name], value);
}
