import { addSeconds, formatTimestamp, type Timestamp } from "@ostinato/core";
import type { CreatedBy, Schedule } from "@ostinato/protocol";
import { nextTimes, ScheduleError } from "@ostinato/schedules";
import type { Reader } from "../db/dialect.ts";
import { readJson, readPlainJson } from "../db/json-text.ts";
import { parametersText } from "../flow-runs/parameters.service.ts";
import type { PlannedRuns } from "../flow-runs/scheduled-runs.service.ts";
import { inWords, type Problem, RequestError } from "../kernel/errors.ts";
import type { VariableReader } from "../user-input/hydration.rules.ts";
import type { JsonObject } from "../user-input/json-types.rules.ts";
import { withVariables } from "../variables/variables.service.ts";
import type { DeploymentRow } from "./deployments.queries.ts";
import { hydratedParameters, isUsableSchema, parameterProblem } from "./run-parameters.rules.ts";
import { type Horizon, type RunTimes, runTimes } from "./run-times.rules.ts";
import type { ScheduleRow } from "./schedules.queries.ts";

/** The runs that a schedule is to make, and what has to be noted of it. */
export interface Look extends Pick<RunTimes, "due"> {
  readonly runs: PlannedRuns | undefined;
  readonly until: Timestamp | null;
  readonly problem: string | null;
}

/** A schedule that fails may work again: a zone or a variable is there by then. */
const retrySeconds = 3600;

/** What a schedule makes within the horizon. One that fails says why, and harms no other. */
export function lookAt(
  reader: Reader,
  {
    row,
    schedule,
    horizon,
  }: { readonly row: DeploymentRow; readonly schedule: ScheduleRow; readonly horizon: Horizon },
): Promise<Look> {
  return withVariables(reader, (readVariable) => lookWith(readVariable, row, schedule, horizon));
}

function lookWith(readVariable: VariableReader, row: DeploymentRow, schedule: ScheduleRow, horizon: Horizon): Look {
  try {
    const when = readPlainJson<Schedule>(schedule.schedule);
    const { dates, due } = runTimes((from, count) => nextTimes(when, { from, count }), horizon);
    const parameters = parametersOf(row, schedule, readVariable);
    const runs = { ...belongingOf(row), ...describe(row, schedule), parameters: parametersText(parameters) };
    const until = dates.at(-1) ?? null;
    return { due, until, problem: problemOf(row, parameters), runs: { ...runs, dates: dates.map(keyed(schedule)) } };
  } catch (error) {
    if (!(error instanceof ScheduleError || error instanceof RequestError)) throw error;
    return { runs: undefined, until: null, due: addSeconds(horizon.start, retrySeconds), problem: sentenceOf(error) };
  }
}

function parametersOf(row: DeploymentRow, schedule: ScheduleRow, readVariable: VariableReader): JsonObject {
  const merged = { ...readJson<JsonObject>(row.parameters), ...readJson<JsonObject>(schedule.parameters) };
  return hydratedParameters(merged, { subject: "flow run", readVariable });
}

/** As in Prefect, such runs are made all the same: they fail where somebody sees them. */
function problemOf(
  { enforce_parameter_schema, parameter_openapi_schema: schema }: DeploymentRow,
  parameters: JsonObject,
) {
  if (enforce_parameter_schema !== 1 || !isUsableSchema(schema)) return null;
  const problem = parameterProblem(parameters, { schema });
  return problem === undefined ? null : `Its runs will fail: ${problem.sentence}`;
}

function sentenceOf(error: ScheduleError | RequestError): string {
  const detail = error instanceof RequestError ? error.body.exception_detail : undefined;
  return Array.isArray(detail) ? inWords(detail as readonly Problem[]) : error.message;
}

function belongingOf(row: DeploymentRow) {
  const { id, flow_id, work_queue_id, queue_name, work_pool_id, work_pool_name, work_pool_type } = row;
  const queue = work_queue_id === null || queue_name === null ? null : { id: work_queue_id, name: queue_name };
  const pool =
    work_pool_id === null ? null : { id: work_pool_id, name: work_pool_name ?? "", type: work_pool_type ?? "" };
  return { related: { flow: { id: flow_id }, workQueue: queue, workPool: pool }, deploymentId: id };
}

/** The tag by which Prefect's users know runs that a schedule made. */
const autoScheduled = "auto-scheduled";

function describe(row: DeploymentRow, schedule: ScheduleRow) {
  return {
    deploymentVersion: row.version,
    infrastructureDocumentId: row.infrastructure_document_id,
    workQueueName: row.work_queue_name,
    tags: [autoScheduled, ...readPlainJson<string[]>(row.tags)],
    labels: readJson<PlannedRuns["labels"]>(row.labels),
    createdBy: creatorOf(schedule),
  };
}

function creatorOf({ id, slug, schedule }: ScheduleRow): CreatedBy {
  return { id, type: "SCHEDULE", display_value: slug ?? kindOf(readPlainJson(schedule)) };
}

/** Prefect's names of the kinds. */
function kindOf(schedule: Schedule): string {
  if ("cron" in schedule) return "CronSchedule";
  return "interval" in schedule ? "IntervalSchedule" : "RRuleSchedule";
}

/** The key by which Prefect's scheduler knows that a run was made. */
function keyed({ id, deployment_id }: ScheduleRow) {
  return (at: Timestamp) => {
    const date = formatTimestamp(at).replace("T", " ").replace("Z", "+00:00");
    return { at, idempotencyKey: `scheduled ${deployment_id} ${id} ${date}` };
  };
}
