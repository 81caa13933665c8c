import type { Context } from "../context.ts";
import { inWords } from "../errors.ts";
import { closeCodes, type SocketConnection, type SocketHandlers } from "../socket.ts";
import type { Backpressure } from "./backpressure.ts";
import { type Incoming, type Ingest, readFrame } from "./ingest.service.ts";

export interface EventsIn {
  readonly ingest: Ingest;
  readonly backpressure: Backpressure;
}

/**
 * `/events/in`: one event in each text frame, or an array of them. A ping is answered when everything before it is durable.
 * While the database lags behind, the socket is not read. What is no event is named in the log once for each connection and
 * left out; what stands beside it is kept.
 */
export function receiveEvents(
  context: Context,
  { ingest, backpressure }: EventsIn,
  connection: SocketConnection,
): SocketHandlers {
  const pressure = backpressure.join(connection);
  let latest: Promise<unknown> = Promise.resolve();
  let malformed = 0;
  let refused = false;

  function report(problem: string): void {
    malformed += 1;
    if (malformed > 1) return;
    const client = connection.request.headers["user-agent"];
    context.log.warn({ problem, client }, "a client sent events that are not understood, which are left out");
  }

  function accept(incoming: readonly Incoming[], size: number): void {
    pressure.add(size);
    const accepted = ingest.accept(incoming);
    latest = accepted;
    accepted
      .catch((error: unknown) => {
        refused = true;
        const reason = error instanceof Error ? error.message : String(error);
        connection.close(closeCodes.tryAgainLater, `Events can't be kept now, send them again: ${reason}`);
      })
      .finally(() => pressure.remove(size));
  }

  return {
    message(text) {
      if (refused) return; // It comes again, with what came before it.
      const values = parse(text, report);
      const read = readFrame(values, text.length);
      for (const { problems } of read) if (problems.length > 0) report(inWords(problems));
      const incoming = read.flatMap(({ incoming }) => incoming ?? []);
      if (incoming.length > 0) accept(incoming, text.length);
    },
    async settled() {
      await latest;
    },
    closed() {
      pressure.leave();
      if (malformed > 1) context.log.warn({ frames: malformed }, "events of a connection were left out");
    },
  };
}

function parse(text: string, report: (problem: string) => void): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch (error) {
    report(`a frame is not JSON: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}
