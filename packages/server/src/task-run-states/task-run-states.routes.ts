import { listTaskRunStates, readTaskRunState } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as states from "./task-run-states.service.ts";

export function taskRunStateRoutes(serve: Serve): void {
  serve(readTaskRunState, ({ params, context }) => states.read(context, params.id));
  serve(listTaskRunStates, ({ query, context }) => states.list(context, query.task_run_id));
}
