import { listObservedStates } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as observedStates from "./observed-states.service.ts";

export function observedStateRoutes(serve: Serve): void {
  serve(listObservedStates, ({ query, context }) => observedStates.list(context, query));
}
