import { parseJson } from "@ostinato/core";
import type { RefusedEvent } from "@ostinato/protocol";
import { askForRefusals } from "@ostinato/protocol/limits";
import type { Context } from "../kernel/context.ts";
import { inWords } from "../kernel/errors.ts";
import { closeCodes, type SocketConnection, type SocketHandlers } from "../kernel/socket.ts";
import type { Backpressure } from "./backpressure.ts";
import { type Incoming, type Ingest, readFrame } from "./ingest.service.ts";

export interface EventsIn {
  readonly ingest: Ingest;
  readonly backpressure: Backpressure;
}

/** Prefect's clients never read this socket, and theirs hold 16 frames before they read no pong either. */
const maxReportedUnasked = 8;
/** The limit for clients that ask for refusals. Ours do, since they replace a refused event. */
const maxReportedAsked = 1000;

/**
 * `/events/in`: one event in each text frame, or an array of them. A ping is answered when everything before it is durable.
 * While the database lags behind, the socket is not read. What is no event is left out, and what stands beside it is kept:
 * the client is told by a frame (`RefusedEvent`), the first few times, or many where it asks for that, and the log names it once for each connection. The
 * connection stays, because Prefect's clients would send the same event again after every closing.
 */
export function receiveEvents(
  context: Context,
  { ingest, backpressure }: EventsIn,
  connection: SocketConnection,
): SocketHandlers {
  const pressure = backpressure.join(connection);
  let latest: Promise<unknown> = Promise.resolve();
  const asked = connection.request.url?.endsWith(`?${askForRefusals}`) === true;
  const maxReported = asked ? maxReportedAsked : maxReportedUnasked;
  let leftOut = 0;
  let refused = false;
  function report(problem: string, { id = null, ...how }: Partial<Omit<RefusedEvent, "type">> = {}): void {
    leftOut += 1;
    context.metrics.add("events_refused_total");
    const refusal: RefusedEvent = { type: "refused", id, problem, ...how };
    if (leftOut <= maxReported) connection.send(JSON.stringify(refusal));
    if (leftOut > 1) return;
    const client = connection.request.headers["user-agent"];
    context.log.warn({ problem, id, client }, "a client sent invalid events, which are left out");
  }

  function accept(incoming: readonly Incoming[], size: number): void {
    pressure.add(size);
    const accepted = ingest.accept(incoming);
    latest = accepted;
    accepted
      .then((ids) => {
        for (const id of ids) report("The database refuses it", { id });
      })
      .catch((error: unknown) => {
        refused = true;
        const reason = error instanceof Error ? error.message : String(error);
        connection.close(closeCodes.tryAgainLater, `Events can't be kept now, send them again: ${reason}`);
      })
      .finally(() => pressure.remove(size));
  }

  return {
    message(text) {
      if (refused) return; // The client sends it again, with the frames before it.
      const values = parse(text, report);
      const read = readFrame(values, text.length);
      read.forEach(({ incoming, problems }, index) => {
        if (problems.length === 0) return;
        const kept = incoming?.report === undefined ? {} : { kept: true as const };
        report(inWords(problems), { id: idOf(values[index]), ...kept });
      });
      const incoming = read.flatMap(({ incoming }) => incoming ?? []);
      if (incoming.length > 0) accept(incoming, text.length);
    },
    async settled() {
      await latest;
    },
    closed() {
      pressure.leave();
      if (leftOut > 1) context.log.warn({ events: leftOut }, "events of a connection were left out");
    },
  };
}

function idOf(value: unknown): string | null {
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  return typeof id === "string" ? id.slice(0, 100) : null;
}

function parse(text: string, report: (problem: string) => void): readonly unknown[] {
  try {
    const value: unknown = parseJson(text);
    return Array.isArray(value) ? value : [value];
  } catch (error) {
    report(`a frame is not JSON: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}
