import { randomRunName } from "@ostinato/core";
import type {
  BodyOf,
  bulkSetFlowRunState,
  FlowRun,
  FlowRunUpdate,
  filterFlowRuns,
  flowRunHistory,
  HistoryInterval,
  Labels,
  paginateFlowRuns,
  Static,
} from "@ostinato/protocol";
import type { CriteriaOn } from "../criteria/related.queries.ts";
import type { Writer } from "../db/dialect.ts";
import { readJson, storable, storableOrNull, writeJson, writeOptionalJson } from "../db/json-text.ts";
import { forgetParameters } from "../kept-parameters/kept-parameters.service.ts";
import { refuseIdleFilter } from "../kernel/bulk-filter.ts";
import type { Context } from "../kernel/context.ts";
import { absent, notFound, RequestError, refused } from "../kernel/errors.ts";
import { keptName } from "../kernel/indexed-text.ts";
import { checkAnswerSize, paginate, readLimit } from "../kernel/paging.ts";
import { unit } from "../kernel/unit.ts";
import { bucketsOf, presentHistory } from "../run-history/run-history.rules.ts";
import { completeFlowRunPolicy, type FlowRunRow, presentFlowRun } from "./flow-runs.presenter.ts";
import * as queries from "./flow-runs.queries.ts";
import { parametersText } from "./parameters.service.ts";
import { deploymentOf, flowRunForChange } from "./related.queries.ts";
import { propose, proposeFrom, proposeFromIn, proposeIn } from "./transitions.service.ts";

export { asker } from "./answering.rules.ts";
export { userAgentOf, versionOfClient, workerOfClient } from "./clients.rules.ts";
export { create } from "./creation.service.ts";
export { remove, removeMatching } from "./deletion.service.ts";
export { resume } from "./resumption.service.ts";
export { cancellationOfSubflow } from "./subflow-cancellation.rules.ts";
export { type FlowRunRow, presentFlowRun, propose, proposeFrom, proposeFromIn, proposeIn };

export async function read({ db, clock }: Context, id: string): Promise<FlowRun> {
  const row = await queries.flowRunById(db.read, id);
  if (row === undefined) throw absent("Flow run");
  return presentFlowRun(row, clock.now());
}

/** Writes the fields that are given. */
export async function update(context: Context, id: string, given: FlowRunUpdate): Promise<void> {
  const change = { ...changeOf(given), updated: context.clock.now() };
  const checkJobVariables = await jobVariablesCheck(given);
  await unit(context, async ({ tx, changed }) => {
    await checkJobVariables(tx, id);
    if (given.parameters !== undefined) await forgetParameters(tx, id);
    if (!(await queries.updateFlowRun(tx, id, change))) throw absent("Flow run");
    changed("flow-run", [{ id }]);
  });
}

/** A run always has a name: without one it gets another. */
function changeOf(given: FlowRunUpdate) {
  const { name, flow_version, parameters, empirical_policy, tags, infrastructure_pid, job_variables, priority } = given;
  return {
    ...(name === undefined ? {} : { name: storable(keptName(name ?? randomRunName())) }),
    ...(flow_version === undefined ? {} : { flow_version: storableOrNull(flow_version) }),
    ...(parameters === undefined ? {} : { parameters: parametersText(parameters) }),
    ...(empirical_policy === undefined ? {} : { empirical_policy: writeJson(completeFlowRunPolicy(empirical_policy)) }),
    ...(tags === undefined ? {} : { tags: writeJson([...new Set(tags)]) }),
    ...(infrastructure_pid === undefined ? {} : { infrastructure_pid: storableOrNull(infrastructure_pid) }),
    ...(job_variables === undefined ? {} : { job_variables: writeOptionalJson(job_variables) }),
    ...(priority === undefined ? {} : { priority: priority ?? 0 }),
  };
}

/** What checks job variables is loaded with the first of them: a program changes its runs without any. */
async function jobVariablesCheck({ job_variables }: FlowRunUpdate): Promise<(tx: Writer, id: string) => Promise<void>> {
  if (!job_variables) return async () => {};
  const { checkChangedRun } = await import("../job-templates/job-templates.service.ts");
  return async (tx, id) => checkChangedRun(tx, await deploymentToStart(tx, id), job_variables);
}

/** The deployment of a run that has not been started: job variables belong to the infrastructure of such a run. */
async function deploymentToStart(tx: Writer, id: string): Promise<string> {
  const row = await queries.flowRunById(tx, id);
  if (row === undefined) throw absent("Flow run");
  if (row.state_type !== "SCHEDULED") {
    throw refused("STATE_FORBIDS_CHANGE", `Job variables for a flow run in state ${row.state_type} cannot be updated`);
  }
  const deployment = row.deployment_id === null ? undefined : await deploymentOf(tx, row.deployment_id);
  if (deployment === undefined) throw refused("DEPLOYMENT_MISSING", "A deployment for the flow run could not be found");
  return deployment.deployment.id;
}

/** Adds labels; those that are there get the new values. */
export async function updateLabels(context: Context, id: string, labels: Static<typeof Labels>): Promise<void> {
  await unit(context, async ({ tx, changed }) => {
    const found = await flowRunForChange(tx, id);
    if (found === undefined) throw notFound("Flow run", id);
    const merged = writeJson({ ...readJson<object>(found.row.labels), ...labels });
    await queries.updateFlowRun(tx, id, { labels: merged, updated: context.clock.now() });
    changed("flow-run", [{ id }]);
  });
}

export function count({ db }: Context, criteria: CriteriaOn<"flow_run">): Promise<number> {
  return queries.countFlowRuns(db, criteria);
}

export async function filter({ db, clock }: Context, body: BodyOf<typeof filterFlowRuns>): Promise<FlowRun[]> {
  const { sort, limit, offset, ...criteria } = body;
  const query = { ...criteria, sort: sort ?? "ID_DESC", limit: readLimit(limit), offset: offset ?? 0 } as const;
  const rows = await queries.findFlowRuns(db, query);
  checkAnswerSize(rows.map(({ parameters }) => parameters.length));
  const now = clock.now();
  return rows.map((row) => presentFlowRun(row, now));
}

export function page(context: Context, body: BodyOf<typeof paginateFlowRuns>) {
  const { limit, page: number, ...query } = body;
  return paginate(
    { limit, page: number },
    (size, offset) => filter(context, { ...query, limit: size, offset }),
    () => count(context, query),
  );
}

export async function history({ db, clock }: Context, body: BodyOf<typeof flowRunHistory>): Promise<HistoryInterval[]> {
  const { history_start, history_end, history_interval_seconds, work_queues, ...given } = body;
  const criteria = { ...given, work_pool_queues: given.work_pool_queues ?? work_queues };
  const buckets = bucketsOf({ history_start, history_end, history_interval_seconds });
  if (buckets.count === 0) return [];
  return presentHistory(buckets, await queries.flowRunTallies(db, buckets, { criteria, now: clock.now() }));
}

export function lateness({ db, clock }: Context, criteria: CriteriaOn<"flow_run">): Promise<number | null> {
  return queries.flowRunLateness(db, { criteria, now: clock.now() });
}

/** Proposes the state for each run that matches; one that is gone by then is left out. */
export async function proposeForMatching(
  context: Context,
  body: BodyOf<typeof bulkSetFlowRunState>,
  userAgent: string | undefined,
) {
  const { flow_runs, state, force, limit } = body;
  refuseIdleFilter("flow_runs", body, queries.idlePartsOf);
  const ruleSet = force === true ? "minimal" : "core";
  const found = await queries.findFlowRuns(context.db, { flow_runs, sort: "ID_DESC", limit: limit ?? 50, offset: 0 });
  const answers = await Promise.all(
    found.map(async ({ id }) => {
      const answer = await propose(context, id, { state, ruleSet, userAgent }).catch(nullWhenGone);
      return answer === null ? [] : [{ flow_run_id: id, ...answer.result }];
    }),
  );
  return { results: answers.flat() };
}

function nullWhenGone(error: unknown): null {
  if (error instanceof RequestError && error.status === 404) return null;
  throw error;
}
