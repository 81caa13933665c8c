import { deploymentWaking } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import type { ServeSocket } from "../kernel/socket.ts";
import { createWaking } from "./waking.service.ts";

/** Five thousand ids of deployments. */
const maxMessageBytes = 256 * 1024;

export function wakingRoutes(serveSocket: ServeSocket, context: Context): void {
  serveSocket(deploymentWaking, createWaking(context), { maxMessageBytes });
}
