import type { Static, TSchema } from "typebox";
import type { Access } from "./access.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * One operation of the API: what it takes and what it answers. The server registers it, the client calls it, the OpenAPI
 * document describes it, all from this one object.
 */
export interface RouteContract {
  readonly method: Method;
  /** Below `/api`, with parameters as `{id}`. A trailing slash is part of the path. */
  readonly path: string;
  /** Who is allowed to call it. */
  readonly access: Access;
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
  /** Never there at run time: `route` gives it its type. */
  readonly types?: ContractTypes;
}

/**
 * The TypeScript types of a contract's parts, worked out once, where the contract stands. Functions that are generic over
 * contracts look them up here: to work them out from an unknown schema costs the compiler seconds at each call.
 */
export interface ContractTypes {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly reply: unknown;
}

export function route<const C extends RouteContract>(contract: C): C & { readonly types?: TypesOf<C> } {
  return contract as C & { readonly types?: TypesOf<C> };
}

type Part<C, K extends string> = C extends { readonly [P in K]: infer S extends TSchema } ? Static<S> : undefined;
type Reply<Schemas> = Schemas extends TSchema ? Static<Schemas> : never;

export interface TypesOf<C extends RouteContract> {
  readonly params: Part<C, "params">;
  readonly query: Part<C, "query">;
  readonly body: Part<C, "body">;
  readonly reply: Reply<C["replies"][keyof C["replies"]]>;
}

export type ParamsOf<C extends RouteContract> = NonNullable<C["types"]>["params"];
export type QueryOf<C extends RouteContract> = NonNullable<C["types"]>["query"];
export type BodyOf<C extends RouteContract> = NonNullable<C["types"]>["body"];
export type ReplyOf<C extends RouteContract> = NonNullable<C["types"]>["reply"];
