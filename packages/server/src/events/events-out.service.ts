import { addSeconds, type Timestamp, toTimestamp } from "@ostinato/core";
import { type Event, EventFilter } from "@ostinato/protocol";
import { askedBy } from "../kernel/asking.ts";
import type { Context } from "../kernel/context.ts";
import { feedTo, readFilterRequest } from "../kernel/feed.ts";
import type { Limiter } from "../kernel/limiter.ts";
import { closeCodes, type SocketConnection, type SocketHandlers } from "../kernel/socket.ts";
import { criteriaOf, eventMatcher } from "./event-filter.rules.ts";
import { type EventPosition, findEvents } from "./event-pages.queries.ts";
import { present } from "./event-pages.service.ts";

/** The age limit of past events that a new subscriber receives. */
const backfillSeconds = 15 * 60;
/** Each may have a megabyte and more. */
const backfillPage = 50;
/** A bound on the remembered ids, by which an event that is both read and received live is sent once. */
const maxRemembered = 5000;

/**
 * `/events/out`: the client sends a filter in one frame; it receives the matching events of the last minutes, oldest first, and
 * then each one as it happens.
 */
export function sendEvents(
  context: Context,
  { connection, limiter }: { readonly connection: SocketConnection; readonly limiter: Limiter },
): SocketHandlers {
  let end = () => {};
  let asked = false;
  return {
    message(text) {
      if (asked) return;
      asked = true;
      const request = readFilterRequest(text, EventFilter);
      if ("refusal" in request) return connection.close(closeCodes.protocolError, request.refusal);
      const { filter, message } = request;
      const { actor, request: upgrade } = connection;
      const asking = askedBy(context, { actor, ending: upgrade.raw.socket, lane: "programs" });
      end = subscribe(asking, connection, { filter, backfill: message.backfill !== false, limiter });
    },
    closed: () => end(),
  };
}

interface Subscription {
  readonly filter: EventFilter;
  readonly backfill: boolean;
  /** Queues the reads of past events, since many subscribers may connect at once. */
  readonly limiter: Limiter;
}

function subscribe(
  context: Context,
  connection: SocketConnection,
  { filter, backfill, limiter }: Subscription,
): () => void {
  const feed = feedTo(connection, context);
  const remembered = new Set<string>();
  // New events are sent however old their own time is: their client may have been disconnected until now.
  const matches = eventMatcher(filter);
  /** New events wait here while past ones are sent, up to the bound on unread bytes. */
  let held: Event[] | undefined = backfill ? [] : undefined;
  let heldCharacters = 0;

  function send(event: Event): void {
    if (remembered.has(event.id)) return;
    if (remembered.size >= maxRemembered) forgetOldest(remembered);
    remembered.add(event.id);
    feed.send(frameOf(event));
  }

  let over = false;
  const stop = () => {
    over = true;
    unsubscribe();
  };
  const unsubscribe = context.bus.subscribe((change) => {
    if (change.kind !== "event" || !matches(change.event)) return;
    if (held === undefined) return send(change.event);
    held.push(change.event);
    heldCharacters += frameOf(change.event).length;
    if (heldCharacters <= context.config.socketBacklogBytes) return;
    stop();
    held = [];
    context.metrics.add("sockets_dropped_total", 1, { path: connection.path });
    connection.close(closeCodes.tryAgainLater, "Too much happens to catch up: connect again");
  });

  if (backfill) {
    sendEarlier(context, connection, {
      filter: clampedSince(filter, context.clock.now()),
      limiter,
      isOver: () => over || feed.ended,
      send,
    }).then(
      () => {
        const waiting = held ?? [];
        held = undefined;
        for (const event of waiting) send(event);
      },
      (error: unknown) => {
        if (over) return;
        context.log.error({ err: error }, "earlier events could not be read");
        connection.close(closeCodes.tryAgainLater, "Earlier events can't be read now: connect again");
      },
    );
  }
  return stop;
}

interface Backfill {
  readonly filter: EventFilter;
  readonly limiter: Limiter;
  readonly isOver: () => boolean;
  readonly send: (event: Event) => void;
}

/** Page after page, as fast as the client reads them. */
async function sendEarlier(
  { db, config }: Context,
  connection: SocketConnection,
  { filter, limiter, isOver, send }: Backfill,
): Promise<void> {
  const criteria = criteriaOf(filter);
  let after: EventPosition | undefined;
  do {
    const from = after;
    const rows = await limiter(() => findEvents(db, { criteria, order: "ASC", limit: backfillPage, after: from }));
    for (const row of rows) {
      send(present(row));
      if (connection.backlog > config.socketBacklogBytes / 2) await connection.flushed();
    }
    await connection.flushed();
    after = rows.length === backfillPage ? rows.at(-1) : undefined;
  } while (after !== undefined && !isOver());
}

function clampedSince(filter: EventFilter, now: Timestamp): EventFilter {
  const earliest = addSeconds(now, -backfillSeconds);
  const since = filter.occurred?.since;
  const later = since === undefined ? earliest : Math.max(toTimestamp(since), earliest);
  return { ...filter, occurred: { ...filter.occurred, since: later / 1_000_000 }, order: "ASC" };
}

function forgetOldest(ids: Set<string>): void {
  for (const id of ids) {
    ids.delete(id);
    return;
  }
}

/** Many subscribers get the same event: it is written once. */
const frames = new WeakMap<Event, string>();

function frameOf(event: Event): string {
  let frame = frames.get(event);
  if (frame === undefined) {
    frame = `{"type":"event","event":${JSON.stringify(event)}}`;
    frames.set(event, frame);
  }
  return frame;
}
