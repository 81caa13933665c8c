import { liveChanges } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import type { ServeSocket } from "../kernel/socket.ts";
import { createLive } from "./live.service.ts";

export function liveRoutes(serveSocket: ServeSocket, context: Context): void {
  serveSocket(liveChanges, createLive(context));
}
