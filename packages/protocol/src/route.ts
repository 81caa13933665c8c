import type { Static, TSchema } from "typebox";
import type { Access } from "./access.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * One operation of the API with its input and its answers. The server registers it, the client calls it and the OpenAPI document
 * describes it, all from this one object.
 */
export interface RouteContract {
  readonly method: Method;
  /** Below `/api`, with parameters as `{id}`. A trailing slash is part of the path. */
  readonly path: string;
  /** The access level that a caller needs. */
  readonly access: Access;
  readonly summary: string;
  readonly tag: string;
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** True if an empty request body stands for `{}`. */
  readonly bodyOptional?: boolean;
  /** The body by status. The lowest status is the usual success. */
  readonly replies: Readonly<Record<number, TSchema>>;
  /** The media type of the answer, if it is not JSON. */
  readonly produces?: string;
  /** The maximum size of the request body in bytes, if it differs from the server's usual limit. */
  readonly bodyLimit?: number;
  /** Whether the body may hold secrets: a refusal then shows no values of it. */
  readonly hasSecrets?: boolean;
  /** Only a type: `route` sets it, and it does not exist at run time. */
  readonly types?: ContractTypes;
}

/**
 * The TypeScript types of the parts of a contract, computed once at the contract. Functions that are generic over contracts look
 * them up here: computing them from an unknown schema would cost the compiler seconds at each call.
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
