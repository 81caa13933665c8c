import {
  bulkDeleteFlowRuns,
  bulkSetFlowRunState,
  countFlowRuns,
  createFlowRun,
  deleteFlowRun,
  filterFlowRuns,
  flowRunHistory,
  flowRunLateness,
  paginateFlowRuns,
  readFlowRun,
  resumeFlowRun,
  setFlowRunState,
  updateFlowRun,
  updateFlowRunLabels,
} from "@ostinato/protocol";
import { createdOr200, type Serve } from "../kernel/operation.ts";
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
  serve(setFlowRunState, async ({ params, body, context, request }) => {
    const ruleSet = body.force === true ? "minimal" : "core";
    const clientVersion = flowRuns.versionOfClient(request.headers["user-agent"]);
    const workerName = flowRuns.workerOfClient(request.headers["x-prefect-worker-name"]);
    const userAgent = flowRuns.userAgentOf(request.headers["user-agent"]);
    const proposal = { state: body.state, ruleSet, clientVersion, workerName, userAgent } as const;
    const { result, fresh } = await flowRuns.propose(context, params.id, proposal);
    return createdOr200(fresh, result);
  });
  serve(resumeFlowRun, async ({ params, body, context, request }) => {
    const { result, fresh } = await flowRuns.resume(context, params.id, {
      input: body.run_input,
      answers: body.answers,
      by: flowRuns.asker(request.headers, context.actor),
    });
    return createdOr200(fresh, result);
  });
  serve(deleteFlowRun, async ({ params, context }) => {
    await flowRuns.remove(context, params.id);
    return null;
  });
  serve(bulkDeleteFlowRuns, async ({ body, context }) => ({ deleted: await flowRuns.removeMatching(context, body) }));
  serve(bulkSetFlowRunState, ({ body, context, request }) =>
    flowRuns.proposeForMatching(context, body, flowRuns.userAgentOf(request.headers["user-agent"])),
  );
  serve(flowRunHistory, ({ body, context }) => flowRuns.history(context, body));
  serve(flowRunLateness, ({ body, context }) => flowRuns.lateness(context, body));
  serve(countFlowRuns, ({ body, context }) => flowRuns.count(context, body));
  serve(filterFlowRuns, ({ body, context }) => flowRuns.filter(context, body));
  serve(paginateFlowRuns, ({ body, context }) => flowRuns.page(context, body));
}
