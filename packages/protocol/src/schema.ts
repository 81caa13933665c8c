import {
  earliestMoment,
  isNumber,
  isUuid,
  keptExactly,
  latestMoment,
  maxEpochSeconds,
  parseTimestamp,
  stateTypes,
} from "@ostinato/core";
import { type Static, type TProperties, type TSchema, type TString, Type } from "typebox";
import { Format } from "typebox/format";

Format.Set("uuid", isUuid);
Format.Set("timestamp", (text) => parseTimestamp(text) !== undefined);

/**
 * `~described` adds to the description of a schema in the OpenAPI document. It is for schemas that a function checks:
 * `Type.Refine`, which has an error sentence of its own, or a service.
 */

/** An object with exactly these fields: an unknown one is an error, as Prefect's clients expect for models. */
export function Strict<const P extends TProperties>(properties: P) {
  return Type.Object(properties, { additionalProperties: false });
}

/** An object that ignores unknown fields: bodies of several parameters, and all answers. */
export function Open<const P extends TProperties>(properties: P) {
  return Type.Object(properties);
}

export function Nullable<const T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** A parameter that may be left out or null; both mean its default. */
export function Maybe<const T extends TSchema>(schema: T) {
  return Type.Optional(Nullable(schema));
}

export function Enum<const T extends readonly string[]>(values: T) {
  return Type.Unsafe<T[number]>(Type.Enum([...values]));
}

/** The keyword of a union whose shapes differ by a constant string in one field: the name of that field. */
export const tagKeyword = "~tag";

/** One of several shapes, distinguished by the string in the field `tag`. Problems are reported for the shape that it names. */
export function Tagged<const T extends TSchema[]>(tag: string, shapes: readonly [...T]) {
  return Type.Union([...shapes], { [tagKeyword]: tag });
}

export const Uuid = Type.String({ format: "uuid" });

/** A time in an answer: ISO 8601, UTC, microseconds. */
export const Moment = Type.String({ format: "timestamp" });

/**
 * A time in a request: ISO 8601 with `T` or a space, with or without a zone, or a number since the epoch, from July 1684 to June 2255.
 * Numbers beyond ±20,000,000,000 are milliseconds, others seconds, as Prefect reads them.
 */
export const MomentInput = Type.Refine(
  Type.Unsafe<string | number>({
    "~described": {
      anyOf: [
        { type: "string", format: "date-time" },
        { type: "number", minimum: earliestMoment / 1_000_000, maximum: latestMoment / 1_000_000 },
        { type: "number", exclusiveMinimum: maxEpochSeconds, maximum: latestMoment / 1000 },
        { type: "number", exclusiveMaximum: -maxEpochSeconds, minimum: earliestMoment / 1000 },
      ],
    },
  }),
  (given) => (typeof given === "string" || typeof given === "number") && parseTimestamp(given) !== undefined,
  () =>
    "must be a moment between July 1684 and June 2255: ISO 8601, or a number since the epoch, of seconds or beyond 2e10 of milliseconds",
);

/** A whole number of 32 bits, as both databases keep it. */
export function Integer32({ minimum = -(2 ** 31) }: { readonly minimum?: number } = {}) {
  return Type.Integer({ minimum, maximum: 2 ** 31 - 1 });
}

/** A duration in seconds with a fraction, at most a century. */
export function Seconds({ minimum = -maxSeconds }: { readonly minimum?: number } = {}) {
  return Type.Number({ minimum, maximum: maxSeconds });
}

const maxSeconds = 100 * 366 * 86_400;

/** The bound on indexed strings in bytes of UTF-8, because PostgreSQL bounds the rows of an index. */
export const maxIndexedBytes = 2000;

export function Indexed<const T extends TString>(text: T) {
  return Type.Refine(
    text,
    // No character takes more than three bytes for each of its UTF-16 units.
    (given) => given.length * 3 <= maxIndexedBytes || new TextEncoder().encode(given).length <= maxIndexedBytes,
    () => `must take at most ${maxIndexedBytes} bytes`,
  );
}

export const IndexedText = Indexed(Type.String({ maxLength: maxIndexedBytes }));

export const StateTypeName = Enum(stateTypes);
export const Operator = Enum(["and_", "or_"] as const);
export const JsonObject = Type.Record(Type.String(), Type.Unknown());
export const Tags = Type.Array(Type.String());
export const Labels = Type.Record(
  Type.String(),
  Type.Refine(
    Type.Unsafe<boolean | number | string>({
      [keptExactly]: true,
      "~described": { type: ["boolean", "number", "string"] },
    }),
    (value) => typeof value === "boolean" || typeof value === "string" || isNumber(value),
    () => "must be boolean, number or string",
  ),
);

/** Rows per page: the default and the most that one answer holds. */
export const pageLimit = 200;

/** The service checks the limit, because Prefect's clients know the sentence of its error. */
export const Limit = Maybe(
  Type.Unsafe<number>({ ...Type.Integer(), "~described": { minimum: 0, maximum: pageLimit } }),
);
export const Offset = Maybe(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }));
export const Page = Maybe(Integer32({ minimum: 1 }));

export const ById = Open({ id: Uuid });
export const Count = Type.Integer();
export const None = Type.Null();

export function Paginated<const T extends TSchema>(item: T) {
  return Open({
    results: Type.Array(item),
    count: Type.Integer(),
    limit: Type.Integer(),
    pages: Type.Integer(),
    page: Type.Integer(),
  });
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export { type Static, type TSchema, Type };
