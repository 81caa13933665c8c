import type { Static, TSchema } from "typebox";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * One operation of the API: what it takes and what it answers. The server registers it, the client calls it, the OpenAPI
 * document describes it, all from this one object.
 */
export interface RouteContract {
  readonly method: Method;
  /** Below `/api`, with parameters as `{id}`. A trailing slash is part of the path. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** True where an empty request body stands for `{}`. */
  readonly bodyOptional?: boolean;
  /** By status. The lowest is the one of an ordinary success. */
  readonly replies: Readonly<Record<number, TSchema>>;
  /** The media type of the answer where it is not JSON. */
  readonly produces?: string;
  /** Largest request body in bytes, where it differs from the server's ordinary limit. */
  readonly bodyLimit?: number;
}

export function route<const C extends RouteContract>(contract: C): C {
  return contract;
}

type Part<C, K extends string> = C extends { readonly [P in K]: infer S extends TSchema } ? Static<S> : undefined;

export type ParamsOf<C extends RouteContract> = Part<C, "params">;
export type QueryOf<C extends RouteContract> = Part<C, "query">;
export type BodyOf<C extends RouteContract> = Part<C, "body">;
export type ReplyOf<C extends RouteContract> = C["replies"][keyof C["replies"]] extends infer S
  ? S extends TSchema
    ? Static<S>
    : never
  : never;
