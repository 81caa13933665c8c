import { type WakingMessage, WakingRequest } from "@ostinato/protocol";
import { noteServed } from "../deployments/readiness.service.ts";
import type { Context } from "../kernel/context.ts";
import { inWords } from "../kernel/errors.ts";
import { type Feed, feedTo } from "../kernel/feed.ts";
import { closeCodes, readMessage, type SocketConnection, type SocketHandlers } from "../kernel/socket.ts";
import { readAs } from "../kernel/validation.ts";
import type { Sleeper } from "./telling.service.ts";
import { createWaker } from "./waker.service.ts";
import * as queries from "./waking.queries.ts";

/** Wakes those who serve deployments: when a run of one becomes due or when its time comes, and when one is to stop. */
export function createWaking(context: Context): (connection: SocketConnection) => SocketHandlers {
  const waker = createWaker(context, {
    of: "deployment",
    ...queries,
    noteWaited: (ids) => noteServed(context, ids),
  });
  return (connection) => {
    const feed = feedTo(connection, context);
    const sleeper = sleeperOver(feed);
    return {
      message(text) {
        const { problems, value } = readAs(WakingRequest, readMessage(text) ?? {});
        if (problems.length > 0) return connection.close(closeCodes.protocolError, inWords(problems));
        const ids = [...new Set(value.deployment_ids.map((id) => id.toLowerCase()))];
        tell(feed, { type: "subscribed", deployment_ids: ids });
        waker.subscribe(sleeper, ids);
      },
      closed: () => waker.leave(sleeper),
    };
  };
}

function sleeperOver(feed: Feed): Sleeper {
  return {
    due: (deployment_ids) => tell(feed, { type: "due", deployment_ids }),
    stopping: (deployment_id, flow_run_id) => tell(feed, { type: "cancelling", flow_run_id, deployment_id }),
  };
}

function tell(feed: Feed, message: WakingMessage): void {
  feed.send(JSON.stringify(message));
}
