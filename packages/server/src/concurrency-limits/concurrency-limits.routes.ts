import { giveSlotsBack, renewLease, takeSlots } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as limits from "./concurrency-limits.service.ts";

export function concurrencyLimitRoutes(serve: Serve): void {
  serve(takeSlots, ({ body, context }) => limits.takeSlots(context, body));
  serve(giveSlotsBack, async ({ body, context }) => {
    await limits.giveSlotsBack(context, body.lease_id);
    return null;
  });
  serve(renewLease, async ({ params, body, context }) => {
    await limits.renewLease(context, params.id, body?.lease_duration);
    return null;
  });
}
