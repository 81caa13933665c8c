import {
  type Access,
  type BodyOf,
  type ParamsOf,
  pagesTag,
  type QueryOf,
  type ReplyOf,
  type RouteContract,
  type SocketContract,
} from "@ostinato/protocol";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Actor } from "./actor.ts";
import { askedBy } from "./asking.ts";
import type { Context } from "./context.ts";
import type { Incoming, Outgoing } from "./incoming.ts";
import { validated } from "./validation.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The caller. `accessGuard` identifies it before anything else is done. */
    actor: Actor;
  }
  interface FastifyContextConfig {
    /** The access level of the route. The default, also for unknown paths, is `read`. */
    readonly access?: Access;
    /** Whether clients of the websocket authenticate in its first frame. */
    readonly authenticatesInFrame?: boolean;
    /** Whether the body may hold secrets, which no answer repeats. */
    readonly hasSecrets?: boolean;
  }
}

export interface Operation<C extends RouteContract> {
  readonly params: ParamsOf<C>;
  readonly query: QueryOf<C>;
  readonly body: BodyOf<C>;
  readonly context: Context;
  readonly request: Incoming;
  readonly reply: Outgoing;
}

/** An answer with another status than the contract's first one. */
export class Answer<T> {
  readonly status: number;
  readonly value: T;

  constructor(status: number, value: T) {
    this.status = status;
    this.value = value;
  }
}

/** 201 if the request created the row, 200 if it existed. */
export function createdOr200<T>(made: boolean, value: T): Answer<T> {
  return new Answer(made ? 201 : 200, value);
}

export type Handler<C extends RouteContract> = (
  operation: Operation<C>,
) => Promise<ReplyOf<C> | Answer<ReplyOf<C>>> | ReplyOf<C> | Answer<ReplyOf<C>>;

/** Registers an operation of a slice: `serve(readFlow, ({ params }) => …)`. */
export type Serve = <C extends RouteContract>(contract: C, handler: Handler<C>) => void;

/** The registered operations, for the OpenAPI document. */
export interface Registry {
  readonly routes: RouteContract[];
  readonly sockets: SocketContract[];
}

export function serveOn(app: FastifyInstance, context: Context, registry: Registry): Serve {
  return (contract, handler) => {
    registry.routes.push(contract);
    const lane = contract.tag === pagesTag ? "pages" : "programs";
    const status = usualStatus(contract);
    app.route({
      method: contract.method,
      url: contract.path.replace(/\{(\w+)\}/g, ":$1"),
      config: { access: contract.access, hasSecrets: contract.hasSecrets === true },
      ...(contract.bodyLimit === undefined ? {} : { bodyLimit: contract.bodyLimit }),
      handler: async (request, reply) => {
        const { params, query, body } = validated(contract, request);
        const answer = await handler({
          params,
          query,
          body,
          context: askedBy(context, { actor: request.actor, ending: reply.raw, lane }),
          request,
          reply,
        });
        if (reply.sent) return reply;
        return answer instanceof Answer
          ? send(reply, contract, answer.status, answer.value)
          : send(reply, contract, status, answer);
      },
    });
  };
}

/** The first status of the contract. */
export function usualStatus(contract: RouteContract): number {
  return Math.min(...Object.keys(contract.replies).map(Number));
}

function send(reply: FastifyReply, contract: RouteContract, status: number, value: unknown): FastifyReply {
  reply.code(status);
  if (status === 204) return reply.send();
  if (contract.produces !== undefined) {
    // An operation whose answers differ in type has set it.
    return (reply.hasHeader("content-type") ? reply : reply.type(contract.produces)).send(value);
  }
  return reply.type("application/json").send(JSON.stringify(value));
}
