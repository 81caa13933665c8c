import { createFlowRunInput, deleteFlowRunInput, filterFlowRunInput, readFlowRunInput } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as inputs from "./flow-run-inputs.service.ts";

export function flowRunInputRoutes(serve: Serve): void {
  serve(createFlowRunInput, async ({ params, body, context }) => {
    await inputs.create(context, params.id, body);
    return null;
  });
  serve(filterFlowRunInput, ({ params, body, context }) => inputs.filter(context, params.id, body));
  serve(readFlowRunInput, ({ params, context }) => inputs.read(context, params.id, params.key));
  serve(deleteFlowRunInput, async ({ params, context }) => {
    await inputs.remove(context, params.id, params.key);
    return null;
  });
}
