import { createEvents, eventLimits } from "@ostinato/protocol";
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import type { Serve } from "../operation.ts";
import type { ServeSocket } from "../socket.ts";
import { receiveEvents } from "./events-in.service.ts";
import { acceptPosted, createIngest } from "./ingest.service.ts";

export interface EventRoutes {
  readonly app: FastifyInstance;
  readonly context: Context;
  readonly serve: Serve;
  readonly serveSocket: ServeSocket;
}

export function eventRoutes({ app, context, serve, serveSocket }: EventRoutes): void {
  const ingest = createIngest(context);
  // Sockets are closed by then: what they brought is written before the database closes.
  app.addHook("onClose", () => ingest.idle());
  serveSocket("/events/in", (connection) => receiveEvents(context, ingest, connection));
  serve(createEvents, async ({ body, request }) => {
    const characters = Number(request.headers["content-length"] ?? eventLimits.characters + 1);
    await acceptPosted({ context, ingest }, body, characters);
    return null;
  });
}
