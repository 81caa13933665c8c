import { giveSlotsBack, renewLease, takeSlots } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as limits from "./concurrency-limits.service.ts";

export function concurrencyLimitRoutes(serve: Serve): void {
  serve(takeSlots, ({ body, context }) => limits.takeSlots(context, body));
  serve(giveSlotsBack, () => null);
  serve(renewLease, () => null);
}
