import type {
  DeploymentFilter,
  FlowFilter,
  FlowRunFilter,
  RunCriteria,
  TaskRunFilter,
  WorkPoolFilter,
  WorkQueueFilter,
} from "@ostinato/protocol";
import { type SqlBool, sql } from "kysely";
import type { Sql } from "../db/dialect.ts";
import {
  anyOf,
  type Condition,
  everything,
  identified,
  isNull,
  join,
  lower,
  named,
  part,
  present,
  tagged,
  untilUnwanted,
  valued,
  within,
} from "./conditions.queries.ts";

type Given<T> = T | null | undefined;

/**
 * What narrows a query over flows, flow runs, task runs or deployments. Each function takes the criteria of a request and
 * gives one condition on the rows of its table; criteria of other tables become EXISTS over the relation between the two.
 */
export function flowsMatching(dialect: Sql, criteria: RunCriteria): Condition | undefined {
  const runs = join(
    [
      flowRun(dialect, criteria.flow_runs),
      exists("task_run", "task_run.flow_run_id = flow_run.id", taskRun(dialect, criteria.task_runs)),
    ],
    "and_",
  );
  return join(
    [
      flow(dialect, criteria.flows),
      exists("flow_run", "flow_run.flow_id = flow.id", runs),
      exists("deployment", "deployment.flow_id = flow.id", deployment(dialect, criteria.deployments)),
      exists(
        "deployment JOIN work_queue ON work_queue.id = deployment.work_queue_id JOIN work_pool ON work_pool.id = work_queue.work_pool_id",
        "deployment.flow_id = flow.id",
        workPool(criteria.work_pools),
      ),
    ],
    "and_",
  );
}

export function flowRunsMatching(dialect: Sql, criteria: RunCriteria): Condition | undefined {
  const theseFlows = ofThese("flow_run.flow_id", criteria.flows);
  return join(
    [
      flowRun(dialect, criteria.flow_runs),
      theseFlows,
      exists("flow", "flow.id = flow_run.flow_id", unless(theseFlows, flow(dialect, beside(criteria.flows)))),
      exists("task_run", "task_run.flow_run_id = flow_run.id", taskRun(dialect, criteria.task_runs)),
      exists("deployment", "deployment.id = flow_run.deployment_id", deployment(dialect, criteria.deployments)),
      exists(
        "work_queue JOIN work_pool ON work_pool.id = work_queue.work_pool_id",
        "work_queue.id = flow_run.work_queue_id",
        join([workPool(criteria.work_pools), workQueue(criteria.work_pool_queues)], "and_"),
      ),
    ],
    "and_",
  );
}

export function taskRunsMatching(dialect: Sql, criteria: RunCriteria): Condition | undefined {
  const runs = join(
    [
      flowRun(dialect, beside(criteria.flow_runs)),
      exists("flow", "flow.id = flow_run.flow_id", flow(dialect, criteria.flows)),
      exists("deployment", "deployment.id = flow_run.deployment_id", deployment(dialect, criteria.deployments)),
    ],
    "and_",
  );
  const theseRuns = ofThese("task_run.flow_run_id", criteria.flow_runs);
  return join(
    [
      taskRun(dialect, criteria.task_runs),
      theseRuns,
      exists("flow_run", "flow_run.id = task_run.flow_run_id", unless(theseRuns, runs)),
    ],
    "and_",
  );
}

interface OfIds {
  readonly operator?: FlowFilter["operator"];
  readonly id?: FlowFilter["id"];
}

/** Rows that refer to one of these ids: an index on the row's own column finds them, and nothing else need be looked at. */
function ofThese(column: string, filter: Given<OfIds>): Condition | undefined {
  return filter?.operator === "or_" ? undefined : anyOf(column, lower(filter?.id?.any_));
}

/** What is asked beside the ids of the rows that are referred to: that there is such a row goes without saying. */
function unless(these: Condition | undefined, condition: Condition | undefined): Condition | undefined {
  return these !== undefined && condition === everything ? undefined : condition;
}

/** What is asked of the row that is referred to beside what `ofThese` says. */
function beside<F extends OfIds>(filter: Given<F>): Given<F> {
  if (filter?.operator === "or_" || (filter?.id?.any_ ?? null) === null) return filter;
  return { ...filter, id: { ...filter?.id, any_: null } } as F;
}

function exists(tables: string, relation: string, condition: Condition | undefined): Condition | undefined {
  if (condition === undefined) return undefined;
  return sql<SqlBool>`EXISTS (SELECT 1 FROM ${sql.raw(tables)} WHERE ${sql.raw(relation)} AND ${condition})`;
}

function flow(dialect: Sql, filter: Given<FlowFilter>): Condition | undefined {
  const deployed = sql<SqlBool>`EXISTS (SELECT 1 FROM deployment WHERE deployment.flow_id = flow.id)`;
  const own = part(
    filter,
    [
      identified("flow.id", filter?.id),
      part(filter?.deployment, [there(deployed, opposite(filter?.deployment?.is_null_))]),
      named(dialect, "flow.name", filter?.name),
      tagged(dialect, "flow.tags", filter?.tags),
    ],
    filter?.operator,
  );
  return untilUnwanted(dialect, "flow", own);
}

function flowRun(dialect: Sql, filter: Given<FlowRunFilter>): Condition | undefined {
  if (!present(filter)) return undefined;
  const own = part(
    filter,
    [
      identified("flow_run.id", filter.id),
      named(dialect, "flow_run.name", filter.name),
      tagged(dialect, "flow_run.tags", filter.tags),
      identified("flow_run.deployment_id", filter.deployment_id),
      valued("flow_run.work_queue_name", filter.work_queue_name),
      stateOf("flow_run", filter.state),
      valued("flow_run.flow_version", filter.flow_version),
      within(
        "flow_run.start_time",
        filter.start_time,
        sql`coalesce(flow_run.start_time, flow_run.expected_start_time)`,
      ),
      within("flow_run.end_time", filter.end_time),
      within("flow_run.expected_start_time", filter.expected_start_time),
      within("flow_run.next_scheduled_start_time", filter.next_scheduled_start_time),
      part(filter.parent_flow_run_id, [subflowOf(filter.parent_flow_run_id?.any_)]),
      identified("flow_run.parent_task_run_id", filter.parent_task_run_id),
      valued("flow_run.idempotency_key", filter.idempotency_key),
      madeBy(dialect, filter.created_by),
    ],
    filter.operator,
  );
  return untilUnwanted(dialect, "flow_run", own);
}

function madeBy(dialect: Sql, by: FlowRunFilter["created_by"]): Condition | undefined {
  return part(
    by,
    [
      oneOf(dialect.jsonField("flow_run.created_by", "id"), lower(by?.id_)),
      oneOf(dialect.jsonField("flow_run.created_by", "type"), by?.type_),
      isNull("flow_run.created_by", by?.is_null_),
    ],
    by?.operator,
  );
}

/** Of the type and the name each counts only where it asks something, other than elsewhere. */
function stateOf(table: string, state: FlowRunFilter["state"]): Condition | undefined {
  const asked = [valued(`${table}.state_type`, state?.type), valued(`${table}.state_name`, state?.name)];
  const counting = asked.filter((condition) => condition !== everything);
  return part(state, counting, state?.operator);
}

function taskRun(dialect: Sql, filter: Given<TaskRunFilter>): Condition | undefined {
  if (!present(filter)) return undefined;
  const subflow = sql<SqlBool>`EXISTS (SELECT 1 FROM flow_run AS subflow WHERE subflow.parent_task_run_id = task_run.id)`;
  const own = part(
    filter,
    [
      identified("task_run.id", filter.id),
      named(dialect, "task_run.name", filter.name),
      tagged(dialect, "task_run.tags", filter.tags),
      stateOf("task_run", filter.state),
      within("task_run.start_time", filter.start_time),
      within("task_run.end_time", filter.end_time),
      within("task_run.expected_start_time", filter.expected_start_time),
      part(filter.subflow_runs, [there(subflow, filter.subflow_runs?.exists_)]),
      ofFlowRun(filter.flow_run_id),
    ],
    filter.operator,
  );
  return untilUnwanted(dialect, "task_run", own);
}

/** Here being null goes before the ids, whatever the operator; not being null counts where no ids are named. */
function ofFlowRun(given: TaskRunFilter["flow_run_id"]): Condition | undefined {
  if (given?.is_null_ === true) return isNull("task_run.flow_run_id", true);
  const ids = anyOf("task_run.flow_run_id", lower(given?.any_));
  return part(given, [ids ?? isNull("task_run.flow_run_id", given?.is_null_)]);
}

function deployment(dialect: Sql, filter: Given<DeploymentFilter>): Condition | undefined {
  if (!present(filter)) return undefined;
  const text = filter.flow_or_deployment_name?.like_;
  const { ge_, le_, is_null_ } = filter.concurrency_limit ?? {};
  return part(
    filter,
    [
      identified("deployment.id", filter.id),
      named(dialect, "deployment.name", filter.name),
      present(text)
        ? sql<SqlBool>`(${dialect.contains("deployment.name", text)} OR EXISTS (SELECT 1 FROM flow AS deployed
            WHERE deployed.id = deployment.flow_id AND ${dialect.contains("deployed.name", text)}))`
        : undefined,
      present(filter.paused?.eq_) ? sql<SqlBool>`deployment.paused = ${filter.paused.eq_ ? 1 : 0}` : undefined,
      tagged(dialect, "deployment.tags", filter.tags),
      valued("deployment.work_queue_name", filter.work_queue_name),
      part(filter.concurrency_limit, [
        present(ge_) ? sql<SqlBool>`deployment.concurrency_limit >= ${ge_}` : undefined,
        present(le_) ? sql<SqlBool>`deployment.concurrency_limit <= ${le_}` : undefined,
        isNull("deployment.concurrency_limit", is_null_),
      ]),
    ],
    filter.operator,
  );
}

function workPool(filter: Given<WorkPoolFilter>): Condition | undefined {
  return part(
    filter,
    [
      identified("work_pool.id", filter?.id),
      valued("work_pool.name", filter?.name),
      valued("work_pool.type", filter?.type),
    ],
    filter?.operator,
  );
}

function workQueue(filter: Given<WorkQueueFilter>): Condition | undefined {
  const starts = filter?.name?.startswith_ ?? [];
  const begins = starts.map((text) => sql<SqlBool>`substr(work_queue.name, 1, ${text.length}) = ${text}`);
  return part(
    filter,
    [
      identified("work_queue.id", filter?.id),
      part(filter?.name, [anyOf("work_queue.name", filter?.name?.any_), join(begins, "or_")]),
    ],
    filter?.operator,
  );
}

/** Whether the thing is there, as is asked for. */
function there(exists: Condition, expected: Given<boolean>): Condition | undefined {
  if (!present(expected)) return undefined;
  return expected ? exists : sql<SqlBool>`NOT ${exists}`;
}

function opposite(flag: Given<boolean>): Given<boolean> {
  return present(flag) ? !flag : flag;
}

function subflowOf(parents: Given<readonly string[]>): Condition | undefined {
  if (!present(parents)) return undefined;
  const of = anyOf("parent.flow_run_id", lower(parents));
  return sql<SqlBool>`EXISTS (SELECT 1 FROM task_run AS parent WHERE parent.id = flow_run.parent_task_run_id AND ${of})`;
}

function oneOf(expression: ReturnType<Sql["jsonField"]>, values: Given<readonly string[]>): Condition | undefined {
  if (!present(values)) return undefined;
  if (values.length === 0) return sql<SqlBool>`1 = 0`;
  return sql<SqlBool>`${expression} IN (${sql.join(values)})`;
}
