import type { Static, TSchema } from "@ostinato/protocol";
import type { Context } from "./context.ts";
import { inWords } from "./errors.ts";
import { closeCodes, readMessage, type SocketConnection } from "./socket.ts";
import { readAs } from "./validation.ts";

export type FilterRequest<S extends TSchema> =
  | { readonly filter: Static<S>; readonly message: Readonly<Record<string, unknown>> }
  | { readonly refusal: string };

/** Reads the frame by which a client subscribes: `{"type":"filter","filter":{…}}`. */
export function readFilterRequest<S extends TSchema>(text: string, schema: S): FilterRequest<S> {
  const message = readMessage(text);
  if (message?.type !== "filter") return { refusal: "Expected 'filter' message" };
  const { problems, value: filter } = readAs(schema, message.filter ?? {});
  const located = problems.map(({ loc, ...problem }) => ({ ...problem, loc: loc.slice(1) }));
  return located.length > 0 ? { refusal: `Invalid filter: ${inWords(located)}` } : { filter, message };
}

/** Sends a stream of changes to one client, which may read more slowly than they happen. */
export interface Feed {
  send(text: string): void;
  readonly ended: boolean;
}

/**
 * Disconnects a client that leaves more than `OSTINATO_SERVER_SOCKET_BACKLOG` bytes unread, with the reason. The client returns
 * and reads the missed changes.
 */
export function feedTo(connection: SocketConnection, { config, metrics }: Context): Feed {
  let ended = false;
  return {
    get ended() {
      return ended;
    },
    send(text) {
      if (ended) return;
      if (connection.backlog <= config.socketBacklogBytes) void connection.send(text);
      else {
        ended = true;
        metrics.add("sockets_dropped_total", 1, { path: connection.path });
        connection.close(closeCodes.tryAgainLater, "Too far behind: connect again, and read faster");
      }
    },
  };
}
