import {
  compareFlowRuns,
  countDeploymentsByFlow,
  countDeploymentsByState,
  countDeploymentsOfFlows,
  countFlowRunsByFlow,
  countFlowRunsByState,
  countTaskRunsByFlow,
  countTaskRunsByState,
  findLogLine,
  listArtifacts,
  listArtifactTableRows,
  listConcurrencyLimits,
  listDeployments,
  listDeploymentVersions,
  listFailures,
  listFlowRunPoints,
  listFlowRuns,
  listFlows,
  listTaskResults,
  listTaskRuns,
  listVariables,
  listWebhooks,
  listWorkPools,
  nextRunsOfFlows,
  previewSchedule,
  readArtifactImage,
  readArtifactKeyPage,
  readArtifactPage,
  readBackgroundTasksPage,
  readConcurrencyLimitPage,
  readDashboard,
  readDeploymentPage,
  readFailureOfAttempt,
  readFlowPage,
  readFlowRunPage,
  readLogWindow,
  readQuestionPage,
  readRunAssets,
  readRunForm,
  readServerPage,
  readTaskRunPage,
  readTimeline,
  readVariablePage,
  readWorkerPage,
  readWorkPoolPage,
  readWorkQueuePage,
  search,
  validateValues,
} from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";
import * as artifacts from "./artifacts/artifact-pages.service.ts";
import { assetsOfFlowRun } from "./assets/run-assets.service.ts";
import { backgroundTasksPage } from "./background-tasks/background-tasks-page.service.ts";
import { concurrencyLimitPage } from "./concurrency-limits/concurrency-limit-page.service.ts";
import * as limits from "./concurrency-limits/limit-list.service.ts";
import { dashboard } from "./dashboard/dashboard.service.ts";
import * as deployments from "./deployments/deployment-list.service.ts";
import { deploymentPage } from "./deployments/deployment-page.service.ts";
import { deploymentVersions } from "./deployments/deployment-versions.service.ts";
import { failureGroups } from "./failures/failure-groups.service.ts";
import { flowRunPage } from "./flow-run/flow-run-page.service.ts";
import { taskResults } from "./flow-run/run-results.service.ts";
import { readTimeline as timelineOf } from "./flow-run/timeline.service.ts";
import * as flowDeployments from "./flows/flow-deployments.service.ts";
import * as flows from "./flows/flow-pages.service.ts";
import { findLine } from "./logs/find-line.service.ts";
import { logWindow } from "./logs/log-window.service.ts";
import { questionPage } from "./questions/questions.service.ts";
import { runComparison } from "./run-comparison/run-comparison.service.ts";
import { runForm } from "./run-form/run-form.service.ts";
import { failureOfAttempt } from "./runs/failure.service.ts";
import * as flowRuns from "./runs/flow-run-list.service.ts";
import { preview } from "./schedules/schedule-preview.service.ts";
import { validate } from "./schemas/validation.service.ts";
import { find } from "./search/search.service.ts";
import { type ServerPageSources, serverPage } from "./settings/server-page.service.ts";
import { taskRunPage } from "./task-run/task-run-page.service.ts";
import * as taskRuns from "./task-runs/task-run-list.service.ts";
import * as variables from "./variables/variable-pages.service.ts";
import * as webhooks from "./webhooks/webhook-list.service.ts";
import * as workPools from "./work-pools/work-pool-list.service.ts";
import { workerPage, workPoolPage, workQueuePage } from "./work-pools/work-pool-page.service.ts";

/** The read models of the pages: each answers the first content of a page, or a long part of it. */
export function uiRoutes(serve: Serve, sources: ServerPageSources): void {
  serve(readConcurrencyLimitPage, ({ params, context }) => concurrencyLimitPage(context, params.id_or_name));
  serve(listConcurrencyLimits, ({ body, context }) => limits.list(context, body));
  serve(readBackgroundTasksPage, ({ body, context }) => backgroundTasksPage(context, body?.task_key ?? undefined));
  serve(listFlowRuns, ({ body, context }) => flowRuns.list(context, body));
  serve(listFlowRunPoints, ({ body, context }) => flowRuns.points(context, body));
  serve(countFlowRunsByState, ({ body, context }) => flowRuns.countByState(context, body));
  serve(countFlowRunsByFlow, ({ body, context }) => flowRuns.countByFlow(context, body));
  serve(countTaskRunsByState, ({ body, context }) => taskRuns.countByState(context, body));
  serve(countTaskRunsByFlow, ({ body, context }) => taskRuns.countByFlow(context, body));
  serve(listTaskRuns, ({ body, context }) => taskRuns.list(context, body));
  serve(readFlowRunPage, ({ params, context }) => flowRunPage(context, params.id));
  serve(readQuestionPage, ({ params, query, context }) => questionPage(context, params.id, query.question ?? null));
  serve(readFailureOfAttempt, ({ params, query, context }) => failureOfAttempt(context, params.id, query.attempt));
  serve(listFailures, ({ body: { limit, ...criteria }, context }) => failureGroups(context, criteria, limit ?? 50));
  serve(compareFlowRuns, ({ params, context }) => runComparison(context, params));
  serve(readTimeline, ({ params, context }) => timelineOf(context, params.id));
  serve(listTaskResults, ({ params, body, context }) => taskResults(context, params.id, body));
  serve(readRunAssets, ({ params, context }) => assetsOfFlowRun(context, params.id));
  serve(readTaskRunPage, ({ params, context }) => taskRunPage(context, params.id));
  serve(findLogLine, ({ body, context }) => findLine(context, body));
  serve(readLogWindow, ({ body, context }) => logWindow(context, body));
  serve(readDashboard, ({ body, context }) => dashboard(context, body));
  serve(listFlows, ({ body, context }) => flows.list(context, body));
  serve(countDeploymentsOfFlows, ({ body, context }) => flowDeployments.countDeployments(context, body.flow_ids));
  serve(nextRunsOfFlows, ({ body, context }) => flowDeployments.nextRuns(context, body.flow_ids));
  serve(readFlowPage, ({ params, query, context }) => flows.page(context, params.id, query.days ?? 30));
  serve(readRunForm, ({ params, query, context }) => runForm(context, params.id, query.from ?? null));
  serve(listDeployments, ({ body, context }) => deployments.list(context, body));
  serve(countDeploymentsByState, ({ body, context }) => deployments.countByState(context, body));
  serve(countDeploymentsByFlow, ({ body, context }) => deployments.countByFlow(context, body));
  serve(readDeploymentPage, ({ params, context }) => deploymentPage(context, params.id));
  serve(listDeploymentVersions, ({ params, query, context }) => deploymentVersions(context, params.id, query));
  serve(listWebhooks, ({ body, context }) => webhooks.list(context, body));
  serve(listWorkPools, ({ body, context }) => workPools.list(context, body));
  serve(readWorkPoolPage, ({ params, context }) => workPoolPage(context, params.name));
  serve(readWorkQueuePage, ({ params, context }) => workQueuePage(context, params.name, params.queue));
  serve(readWorkerPage, ({ params, context }) => workerPage(context, params.name, params.worker));
  serve(search, ({ query, context }) => find(context, query.q, query.limit ?? 20));
  serve(previewSchedule, ({ body, context }) => preview(context, body));
  serve(validateValues, ({ body, context }) => validate(context, body));
  serve(listArtifacts, ({ body, context }) => artifacts.list(context, body));
  serve(readArtifactPage, ({ params, context }) => artifacts.pageById(context, params.id));
  serve(readArtifactKeyPage, ({ params, context }) => artifacts.pageByKey(context, params.key));
  serve(listArtifactTableRows, ({ params, body, context }) => artifacts.tableRows(context, params.id, body));
  serve(readArtifactImage, async ({ params, context, reply }) => {
    const { mediaType, bytes } = await artifacts.image(context, params.id);
    for (const [name, value] of Object.entries(imageHeaders)) reply.header(name, value);
    reply.header("content-type", mediaType);
    return bytes;
  });
  serve(listVariables, ({ body, context }) => variables.list(context, body));
  serve(readVariablePage, ({ params, context }) => variables.variablePage(context, params.name));
  serve(readServerPage, ({ context }) => serverPage(context, sources));
}

/** A picture that is opened by itself must not run anything, and stays what its type says. Pages ask by the time of its last change. */
const imageHeaders = {
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  "x-content-type-options": "nosniff",
  "cache-control": "private, max-age=86400",
};
