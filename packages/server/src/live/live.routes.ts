import type { Context } from "../context.ts";
import type { ServeSocket } from "../socket.ts";
import { createLive } from "./live.service.ts";

export function liveRoutes(serveSocket: ServeSocket, context: Context): void {
  serveSocket("/ui/live", createLive(context));
}
