import { isUuid, parseTimestamp, stateTypes } from "@ostinato/core";
import { type Static, type TProperties, type TSchema, Type } from "typebox";
import { Format } from "typebox/format";
import { keptExactly } from "./exact-places.ts";

Format.Set("uuid", isUuid);
Format.Set("timestamp", (text) => parseTimestamp(text) !== undefined);

/** An object that takes exactly these fields: an unknown one is an error, as the field's clients expect of models. */
export function Strict<const P extends TProperties>(properties: P) {
  return Type.Object(properties, { additionalProperties: false });
}

/** An object that ignores fields it doesn't know: bodies of several parameters, and everything that is answered. */
export function Open<const P extends TProperties>(properties: P) {
  return Type.Object(properties);
}

export function Nullable<const T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** A parameter that may be left out or null, which both mean its default. */
export function Maybe<const T extends TSchema>(schema: T) {
  return Type.Optional(Nullable(schema));
}

export function Enum<const T extends readonly string[]>(values: T) {
  return Type.Unsafe<T[number]>(Type.Enum([...values]));
}

export const Uuid = Type.String({ format: "uuid" });

/** A moment as it is answered: ISO 8601, UTC, microseconds. */
export const Moment = Type.String({ format: "timestamp" });

/** A moment as it may be sent: ISO 8601 with `T` or a space, with or without a zone, or seconds since the epoch. */
export const MomentInput = Type.Union([Type.String({ format: "timestamp" }), Type.Number()]);

export const StateTypeName = Enum(stateTypes);
export const Operator = Enum(["and_", "or_"] as const);
export const JsonObject = Type.Record(Type.String(), Type.Unknown());
export const Tags = Type.Array(Type.String());
export const Labels = Type.Record(
  Type.String(),
  Type.Union([Type.Boolean(), Type.Number({ [keptExactly]: true }), Type.String()]),
);

/** Rows per page: the default and the most that one answer holds. */
export const pageLimit = 200;

/** The limit is checked by the service, because its error has a wording of its own on the wire. */
export const Limit = Maybe(Type.Integer());
export const Offset = Maybe(Type.Integer({ minimum: 0 }));
export const Page = Maybe(Type.Integer({ minimum: 1 }));

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
