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
import type { Sql } from "../db/dialects/dialect.ts";
import {
  anyOf,
  type Condition,
  isNull,
  join,
  named,
  noneOf,
  present,
  tagged,
  untilUnwanted,
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
  return join(
    [
      flowRun(dialect, criteria.flow_runs),
      ofThese("flow_run.flow_id", criteria.flows),
      exists("flow", "flow.id = flow_run.flow_id", flow(dialect, beside(criteria.flows))),
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
  return join(
    [
      taskRun(dialect, criteria.task_runs),
      ofThese("task_run.flow_run_id", criteria.flow_runs),
      exists("flow_run", "flow_run.id = task_run.flow_run_id", runs),
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
  if (!present(filter)) return undefined;
  const deployed = sql<SqlBool>`EXISTS (SELECT 1 FROM deployment WHERE deployment.flow_id = flow.id)`;
  return untilUnwanted(
    dialect,
    "flow",
    join(
      [
        anyOf("flow.id", lower(filter.id?.any_)),
        noneOf("flow.id", lower(filter.id?.not_any_)),
        filter.deployment?.is_null_ === true ? sql<SqlBool>`NOT ${deployed}` : undefined,
        filter.deployment?.is_null_ === false ? deployed : undefined,
        named(dialect, "flow.name", filter.name),
        tagged(dialect, "flow.tags", filter.tags),
      ],
      filter.operator,
    ),
  );
}

function flowRun(dialect: Sql, filter: Given<FlowRunFilter>): Condition | undefined {
  if (!present(filter)) return undefined;
  const { state, created_by, deployment_id, parent_task_run_id, work_queue_name } = filter;
  return untilUnwanted(
    dialect,
    "flow_run",
    join(
      [
        anyOf("flow_run.id", lower(filter.id?.any_)),
        noneOf("flow_run.id", lower(filter.id?.not_any_)),
        named(dialect, "flow_run.name", filter.name),
        tagged(dialect, "flow_run.tags", filter.tags),
        join(
          [
            anyOf("flow_run.deployment_id", lower(deployment_id?.any_)),
            isNull("flow_run.deployment_id", deployment_id?.is_null_),
          ],
          deployment_id?.operator,
        ),
        join(
          [
            anyOf("flow_run.work_queue_name", work_queue_name?.any_),
            isNull("flow_run.work_queue_name", work_queue_name?.is_null_),
          ],
          work_queue_name?.operator,
        ),
        join(
          [
            anyOf("flow_run.state_type", state?.type?.any_),
            noneOf("flow_run.state_type", state?.type?.not_any_),
            anyOf("flow_run.state_name", state?.name?.any_),
            noneOf("flow_run.state_name", state?.name?.not_any_),
          ],
          state?.operator,
        ),
        anyOf("flow_run.flow_version", filter.flow_version?.any_),
        within(sql`coalesce(flow_run.start_time, flow_run.expected_start_time)`, begun(filter.start_time)),
        isNull("flow_run.start_time", filter.start_time?.is_null_),
        within(sql.ref("flow_run.end_time"), filter.end_time),
        within(sql.ref("flow_run.expected_start_time"), filter.expected_start_time),
        within(sql.ref("flow_run.next_scheduled_start_time"), filter.next_scheduled_start_time),
        subflowOf(filter.parent_flow_run_id?.any_),
        join(
          [
            anyOf("flow_run.parent_task_run_id", lower(parent_task_run_id?.any_)),
            isNull("flow_run.parent_task_run_id", parent_task_run_id?.is_null_),
          ],
          parent_task_run_id?.operator,
        ),
        anyOf("flow_run.idempotency_key", filter.idempotency_key?.any_),
        noneOf("flow_run.idempotency_key", filter.idempotency_key?.not_any_),
        join(
          [
            oneOf(dialect.jsonField("flow_run.created_by", "id"), lower(created_by?.id_)),
            oneOf(dialect.jsonField("flow_run.created_by", "type"), created_by?.type_),
            isNull("flow_run.created_by", created_by?.is_null_),
          ],
          created_by?.operator,
        ),
      ],
      filter.operator,
    ),
  );
}

function taskRun(dialect: Sql, filter: Given<TaskRunFilter>): Condition | undefined {
  if (!present(filter)) return undefined;
  const { state, flow_run_id, subflow_runs } = filter;
  const subflow = sql<SqlBool>`EXISTS (SELECT 1 FROM flow_run AS subflow WHERE subflow.parent_task_run_id = task_run.id)`;
  return untilUnwanted(
    dialect,
    "task_run",
    join(
      [
        anyOf("task_run.id", lower(filter.id?.any_)),
        named(dialect, "task_run.name", filter.name),
        tagged(dialect, "task_run.tags", filter.tags),
        join(
          [anyOf("task_run.state_type", state?.type?.any_), anyOf("task_run.state_name", state?.name?.any_)],
          state?.operator,
        ),
        within(sql.ref("task_run.start_time"), filter.start_time),
        within(sql.ref("task_run.end_time"), filter.end_time),
        within(sql.ref("task_run.expected_start_time"), filter.expected_start_time),
        subflow_runs?.exists_ === true ? subflow : undefined,
        subflow_runs?.exists_ === false ? sql<SqlBool>`NOT ${subflow}` : undefined,
        join(
          [
            anyOf("task_run.flow_run_id", lower(flow_run_id?.any_)),
            isNull("task_run.flow_run_id", flow_run_id?.is_null_),
          ],
          flow_run_id?.operator,
        ),
      ],
      filter.operator,
    ),
  );
}

function deployment(dialect: Sql, filter: Given<DeploymentFilter>): Condition | undefined {
  if (!present(filter)) return undefined;
  const text = filter.flow_or_deployment_name?.like_;
  const { ge_, le_, is_null_ } = filter.concurrency_limit ?? {};
  return join(
    [
      anyOf("deployment.id", lower(filter.id?.any_)),
      noneOf("deployment.id", lower(filter.id?.not_any_)),
      named(dialect, "deployment.name", filter.name),
      present(text)
        ? sql<SqlBool>`(${dialect.contains("deployment.name", text)} OR EXISTS (SELECT 1 FROM flow AS deployed
            WHERE deployed.id = deployment.flow_id AND ${dialect.contains("deployed.name", text)}))`
        : undefined,
      present(filter.paused?.eq_) ? sql<SqlBool>`deployment.paused = ${filter.paused.eq_ ? 1 : 0}` : undefined,
      tagged(dialect, "deployment.tags", filter.tags),
      anyOf("deployment.work_queue_name", filter.work_queue_name?.any_),
      present(ge_) ? sql<SqlBool>`deployment.concurrency_limit >= ${ge_}` : undefined,
      present(le_) ? sql<SqlBool>`deployment.concurrency_limit <= ${le_}` : undefined,
      isNull("deployment.concurrency_limit", is_null_),
    ],
    filter.operator,
  );
}

function workPool(filter: Given<WorkPoolFilter>): Condition | undefined {
  if (!present(filter)) return undefined;
  return join(
    [
      anyOf("work_pool.id", lower(filter.id?.any_)),
      anyOf("work_pool.name", filter.name?.any_),
      anyOf("work_pool.type", filter.type?.any_),
    ],
    filter.operator,
  );
}

function workQueue(filter: Given<WorkQueueFilter>): Condition | undefined {
  if (!present(filter)) return undefined;
  const starts = filter.name?.startswith_;
  return join(
    [
      anyOf("work_queue.id", lower(filter.id?.any_)),
      anyOf("work_queue.name", filter.name?.any_),
      present(starts) && starts.length > 0
        ? join(
            starts.map((text) => sql<SqlBool>`substr(work_queue.name, 1, ${text.length}) = ${text}`),
            "or_",
          )
        : undefined,
    ],
    filter.operator,
  );
}

/** Ids are kept in lower case; PostgreSQL compares them as numbers, SQLite as text. */
function lower(ids: Given<readonly string[]>): Given<readonly string[]> {
  return ids?.map((id) => id.toLowerCase());
}

/** The range part of a start time, which falls back to the expected one; being null is about the start itself. */
function begun(range: FlowRunFilter["start_time"]) {
  return present(range) ? { before_: range.before_, after_: range.after_ } : undefined;
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
