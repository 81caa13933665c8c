import { type Log, LogFilter } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { feedTo, readFilterRequest } from "../kernel/feed.ts";
import { closeCodes, type SocketConnection, type SocketHandlers } from "../kernel/socket.ts";
import { logMatcher } from "./logs.rules.ts";

/** `/logs/out`: the client sends a filter in one frame, and gets every matching line from then on. */
export function sendLogs(context: Context, connection: SocketConnection): SocketHandlers {
  let end = () => {};
  let asked = false;
  return {
    message(text) {
      if (asked) return;
      asked = true;
      const request = readFilterRequest(text, LogFilter);
      if ("refusal" in request) return connection.close(closeCodes.protocolError, request.refusal);
      const feed = feedTo(connection, context);
      const matches = logMatcher(request.filter);
      end = context.bus.subscribe((change) => {
        if (change.kind !== "changed" || change.noun !== "log") return;
        for (const log of change.rows ?? []) if (matches(log)) feed.send(frameOf(log));
      });
    },
    closed: () => end(),
  };
}

function frameOf(log: Log): string {
  return `{"type":"log","log":${JSON.stringify(log)}}`;
}
