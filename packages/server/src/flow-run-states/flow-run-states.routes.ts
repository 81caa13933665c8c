import { listFlowRunStates, readFlowRunState } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as states from "./flow-run-states.service.ts";

export function flowRunStateRoutes(serve: Serve): void {
  serve(readFlowRunState, ({ params, context }) => states.read(context, params.id));
  serve(listFlowRunStates, ({ query, context }) => states.list(context, query.flow_run_id));
}
