import { importFlowRuns } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import { importRuns } from "./import.service.ts";

export function importRoutes(serve: Serve): void {
  serve(importFlowRuns, ({ body, context }) => importRuns(context, body));
}
