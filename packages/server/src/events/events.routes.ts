import {
  countEvents,
  createEvents,
  eventLimits,
  eventsIn,
  eventsOut,
  filterEvents,
  nextEvents,
} from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import type { Incoming } from "../kernel/incoming.ts";
import { createLimiter } from "../kernel/limiter.ts";
import type { Serve } from "../kernel/operation.ts";
import type { ServeSocket } from "../kernel/socket.ts";
import { createBackpressure } from "./backpressure.ts";
import * as pages from "./event-pages.service.ts";
import { receiveEvents } from "./events-in.service.ts";
import { sendEvents } from "./events-out.service.ts";
import { acceptPosted, createIngest } from "./ingest.service.ts";

export interface EventRoutes {
  readonly context: Context;
  readonly serve: Serve;
  readonly serveSocket: ServeSocket;
  /** Calls it when the server stops, before the database closes. */
  readonly onStop: (settle: () => Promise<void>) => void;
}

/** The number of subscribers that read past events at once: more would starve the long reads of others. */
const backfillsAtOnce = 8;

export function eventRoutes({ context, serve, serveSocket, onStop }: EventRoutes): void {
  const ingest = createIngest(context);
  const { maxBytes } = context.config;
  const backpressure = createBackpressure({ ofOne: maxBytes / 16, inAll: maxBytes });
  context.metrics.gauge({
    name: "event_bytes_under_way",
    help: "Characters of events that came by websocket and are not durable yet",
    read: () => backpressure.total,
  });
  // Sockets are closed by then: their events are written before the database closes.
  onStop(() => ingest.idle());
  serveSocket(eventsIn, (connection) => receiveEvents(context, { ingest, backpressure }, connection), {
    // A frame of events may carry a result, which JSON writes with up to twice its size.
    maxMessageBytes: 16 * 1024 * 1024 + 2 * context.config.resultSizeLimitBytes,
  });
  const limiter = createLimiter(backfillsAtOnce);
  serveSocket(eventsOut, (connection) => sendEvents(context, { connection, limiter }));
  serve(createEvents, async ({ body, request }) => {
    const characters = Number(request.headers["content-length"] ?? eventLimits.characters + 1);
    await acceptPosted({ context, ingest }, body, characters);
    return null;
  });
  serve(filterEvents, ({ body, request }) => pages.firstPage(context, body, nextPageOf(request, context)));
  serve(nextEvents, ({ query, request }) => pages.nextPage(context, query["page-token"], nextPageOf(request, context)));
  serve(countEvents, ({ params, body }) => pages.countBy(context, params.countable, body));
}

/** Clients follow the whole address, so it is the one that they reached us by. */
function nextPageOf({ protocol, host }: Incoming, { config }: Context): string {
  return `${protocol}://${host}${config.basePath}api${nextEvents.path}`;
}
