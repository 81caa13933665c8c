import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import type { Serve } from "../operation.ts";
import type { ServeSocket } from "../socket.ts";
export interface EventRoutes {
  readonly app: FastifyInstance;
  readonly context: Context;
  readonly serve: Serve;
  readonly serveSocket: ServeSocket;
}
export declare function eventRoutes({ app, context, serve, serveSocket }: EventRoutes): void;
