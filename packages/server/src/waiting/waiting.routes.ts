import { readWaiting } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import { readWaitingOf } from "./waiting.service.ts";

export function waitingRoutes(serve: Serve): void {
  serve(readWaiting, ({ params, context }) => readWaitingOf(context, params.id));
}
