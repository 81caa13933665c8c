import { workerChannel } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import type { ServeSocket } from "../kernel/socket.ts";
import { createWorkerChannel } from "./worker-channel.service.ts";

export function workerChannelRoutes(serveSocket: ServeSocket, context: Context): void {
  serveSocket(workerChannel, createWorkerChannel(context), {
    refusalReasons: { authentication: "authentication_failed", authorization: "authorization_failed" },
  });
}
