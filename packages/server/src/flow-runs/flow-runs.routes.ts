import {
  countFlowRuns,
  createFlowRun,
  filterFlowRuns,
  paginateFlowRuns,
  readFlowRun,
  setFlowRunState,
  updateFlowRun,
  updateFlowRunLabels,
} from "@ostinato/protocol";
import { createdOr200, type Serve } from "../operation.ts";
import * as flowRuns from "./flow-runs.service.ts";

export function flowRunRoutes(serve: Serve): void {
  serve(createFlowRun, async ({ body, context }) => {
    const { flowRun, made } = await flowRuns.create(context, body);
    return createdOr200(made, flowRun);
  });
  serve(readFlowRun, ({ params, context }) => flowRuns.read(context, params.id));
  serve(updateFlowRun, async ({ params, body, context }) => {
    await flowRuns.update(context, params.id, body);
    return null;
  });
  serve(updateFlowRunLabels, async ({ params, body, context }) => {
    await flowRuns.updateLabels(context, params.id, body);
    return null;
  });
  serve(setFlowRunState, async ({ params, body, context }) => {
    const policy = body.force === true ? "minimal" : "core";
    const { result, fresh } = await flowRuns.propose(context, params.id, { state: body.state, policy });
    return createdOr200(fresh, result);
  });
  serve(countFlowRuns, ({ body, context }) => flowRuns.count(context, body));
  serve(filterFlowRuns, ({ body, context }) => flowRuns.filter(context, body));
  serve(paginateFlowRuns, ({ body, context }) => flowRuns.page(context, body));
}
