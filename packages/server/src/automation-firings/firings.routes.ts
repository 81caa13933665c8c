import { automationFirings, runAutomationActions, testAutomation } from "@ostinato/protocol";
import { createLimiter } from "../kernel/limiter.ts";
import type { Serve } from "../kernel/operation.ts";
import { firingsOf } from "./history.service.ts";
import { run } from "./running.service.ts";
import { test } from "./testing.service.ts";

/** Replays that are made at once: each reads many events. */
const testsAtOnce = 2;

export function automationFiringRoutes(serve: Serve): void {
  const limiter = createLimiter(testsAtOnce);
  serve(testAutomation, ({ body, context }) => limiter(() => test(context, body)));
  serve(runAutomationActions, ({ params, body, context }) => run(context, params.id, body));
  serve(automationFirings, ({ params, query, context }) => firingsOf(context, params.id, query));
}
