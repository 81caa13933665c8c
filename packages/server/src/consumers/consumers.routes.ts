import { discardDeadLetters, readConsumers, readDeadLetters, retryDeadLetters } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as consumers from "./consumers.service.ts";

export function consumerRoutes(serve: Serve): void {
  serve(readConsumers, async ({ context }) => [...(await consumers.status(context))]);
  serve(readDeadLetters, async ({ context }) => [...(await consumers.deadLetters(context))]);
  serve(retryDeadLetters, async ({ context, body }) => ({ count: await consumers.retry(context, body.ids) }));
  serve(discardDeadLetters, async ({ context, body }) => ({ count: await consumers.discard(context, body.ids) }));
}
