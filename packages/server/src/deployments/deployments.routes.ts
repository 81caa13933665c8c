import {
  bulkCreateFlowRuns,
  bulkDeleteDeployments,
  countDeployments,
  createDeployment,
  createDeploymentSchedules,
  createFlowRunFromDeployment,
  deleteDeployment,
  deleteDeploymentSchedule,
  filterDeployments,
  paginateDeployments,
  pauseDeployment,
  readDeployment,
  readDeploymentByName,
  readDeploymentSchedules,
  resumeDeployment,
  scheduleDeployment,
  scheduledRunsOfDeployments,
  updateDeployment,
  updateDeploymentSchedule,
} from "@ostinato/protocol";
import { createdOr200, type Serve } from "../kernel/operation.ts";
import * as schedules from "./deployment-schedules.service.ts";
import * as deployments from "./deployments.service.ts";
import { dueRuns } from "./due-runs.service.ts";
import { createRun, createRuns } from "./runs.service.ts";
import { scheduleRange } from "./scheduling.service.ts";

export function deploymentRoutes(serve: Serve): void {
  serve(createDeployment, async ({ body, context }) => {
    const { deployment, made } = await deployments.create(context, body);
    return createdOr200(made, deployment);
  });
  serve(readDeployment, ({ params, context }) => deployments.read(context, params.id));
  serve(readDeploymentByName, ({ params, context }) => deployments.readByName(context, params));
  serve(updateDeployment, async ({ params, body, context }) => {
    await deployments.change(context, params.id, body);
    return null;
  });
  serve(deleteDeployment, async ({ params, context }) => {
    await deployments.remove(context, params.id);
    return null;
  });
  serve(bulkDeleteDeployments, async ({ body, context }) => {
    return { deleted: await deployments.removeMatching(context, body) };
  });
  serve(countDeployments, ({ body, context }) => deployments.count(context, body));
  serve(filterDeployments, ({ body, context }) => deployments.filter(context, body));
  serve(paginateDeployments, ({ body, context }) => deployments.page(context, body));
  serve(pauseDeployment, async ({ params, context }) => {
    await deployments.pause(context, params.id);
    return null;
  });
  serve(resumeDeployment, async ({ params, context }) => {
    await deployments.resume(context, params.id);
    return null;
  });
  serve(scheduleDeployment, async ({ params, body, context }) => {
    await scheduleRange(context, params.id, body);
    return null;
  });
  serve(scheduledRunsOfDeployments, ({ body, context }) => dueRuns(context, body));
  serve(createFlowRunFromDeployment, async ({ params, body, context }) => {
    const { flowRun, made } = await createRun(context, params.id, body);
    return createdOr200(made, flowRun);
  });
  serve(bulkCreateFlowRuns, async ({ params, body, context }) => ({
    results: await createRuns(context, params.id, body),
  }));
  scheduleRoutes(serve);
}

function scheduleRoutes(serve: Serve): void {
  serve(readDeploymentSchedules, ({ params, context }) => schedules.list(context, params.id));
  serve(createDeploymentSchedules, ({ params, body, context }) => schedules.add(context, params.id, body));
  serve(updateDeploymentSchedule, async ({ params, body, context }) => {
    await schedules.change(context, params, body);
    return null;
  });
  serve(deleteDeploymentSchedule, async ({ params, context }) => {
    await schedules.remove(context, params);
    return null;
  });
}
