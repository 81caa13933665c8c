import type { StateType, Timestamp } from "@ostinato/core";
import type { TaskRunListSort } from "@ostinato/protocol";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import { everything, join } from "../../criteria/conditions.queries.ts";
import { type CriteriaOn, matching } from "../../criteria/related.queries.ts";
import type { Flag } from "../../db/columns.ts";
import type { Database } from "../../db/dialect.ts";
import { idRows } from "../../db/portable.ts";
import type { JsonText } from "../../db/tables.ts";
import type { FlowCountRow, StateCountRow } from "../lists/counts.ts";
import type { Position } from "../lists/keyset.ts";
import { type Order, positionsAfter } from "../lists/positions.queries.ts";

const expected = sql<Timestamp | null>`task_run.expected_start_time`;
const orders: Readonly<Record<TaskRunListSort, Order>> = {
  EXPECTED_START_TIME_ASC: { by: expected, direction: "ASC" },
  EXPECTED_START_TIME_DESC: { by: expected, direction: "DESC" },
  END_TIME_DESC: { by: sql`coalesce(task_run.end_time, 0)`, direction: "DESC", always: true },
  NAME_ASC: { by: sql`task_run.name`, direction: "ASC", always: true },
  NAME_DESC: { by: sql`task_run.name`, direction: "DESC", always: true },
};

/** What narrows a list of task runs. */
export interface Filter {
  readonly criteria: CriteriaOn<"task_run">;
  readonly background: boolean | undefined;
  readonly taskKey: string | undefined;
}

export interface TaskRunListQuery extends Filter {
  readonly sort: TaskRunListSort;
  readonly limit: number;
  readonly after: Position | undefined;
}

function wanted({ criteria, background, taskKey }: Filter): RawBuilder<SqlBool> {
  const kind = background === undefined ? [] : [background ? isBackground : isOwn];
  const task = taskKey === undefined ? [] : [sql<SqlBool>`task_run.task_key = ${taskKey}`];
  return join([matching("task_run", criteria), ...kind, ...task], "and_") ?? everything;
}

const isBackground = sql<SqlBool>`task_run.deferred = 1`;
const isOwn = sql<SqlBool>`task_run.deferred IS NULL`;

export function taskRunPositions(db: Database, query: TaskRunListQuery): Promise<Position[]> {
  const { sort, limit, after } = query;
  const condition = wanted(query);
  return positionsAfter(db.slow, { table: "task_run", order: orders[sort], limit, matching: condition, after });
}

/** The number of matches, counted up to one more than `max`. */
export async function countTaskRuns(db: Database, filter: Filter, max: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM ${upTo(filter, { columns: sql`1 AS one`, max })}`.execute(db.slow);
  return Number(rows[0]?.count ?? 0);
}

/** How many task runs of a filter are in each state, of as many as `countTaskRuns` counts. */
export async function countTaskRunsByState(db: Database, filter: Filter, max: number): Promise<StateCountRow[]> {
  const { rows } = await sql<StateCountRow>`
    SELECT state_type, state_name, count(*) AS count
    FROM ${upTo(filter, { columns: sql`task_run.state_type, task_run.state_name`, max })}
    GROUP BY state_type, state_name`.execute(db.slow);
  return rows;
}

/** How many task runs of a filter each flow has, of as many as `countTaskRuns` counts. */
export async function countTaskRunsByFlow(db: Database, filter: Filter, max: number): Promise<FlowCountRow[]> {
  const { rows } = await sql<FlowCountRow>`
    SELECT flow_run.flow_id, sum(of_run.count) AS count
    FROM (SELECT flow_run_id, count(*) AS count FROM ${upTo(filter, { columns: sql`task_run.flow_run_id`, max })}
      GROUP BY flow_run_id) AS of_run
    LEFT JOIN flow_run ON flow_run.id = of_run.flow_run_id
    GROUP BY flow_run.flow_id`.execute(db.slow);
  return rows;
}

/** The matches, up to one more than `max`. */
function upTo(
  filter: Filter,
  { columns, max }: { readonly columns: RawBuilder<unknown>; readonly max: number },
): RawBuilder<unknown> {
  return sql`(SELECT ${columns} FROM task_run WHERE ${wanted(filter)} LIMIT ${max + 1}) AS bounded`;
}

export interface TaskRunInList {
  readonly id: string;
  readonly name: string;
  readonly state_type: StateType | null;
  readonly state_name: string | null;
  readonly state_message: string | null;
  readonly expected_start_time: Timestamp | null;
  readonly start_time: Timestamp | null;
  readonly end_time: Timestamp | null;
  readonly state_timestamp: Timestamp | null;
  /** Microseconds. */
  readonly total_run_time: number;
  readonly run_count: number;
  readonly tags: JsonText;
  readonly flow_run_id: string | null;
  readonly flow_run_name: string | null;
  readonly flow_id: string | null;
  readonly flow_name: string | null;
  readonly deferred: Flag | null;
}

/** The task runs of those ids that exist, in no order. */
export async function taskRunsInList(db: Database, ids: readonly string[]): Promise<TaskRunInList[]> {
  const wanted = idRows(ids);
  const { rows } = await sql<TaskRunInList>`
    SELECT run.id, run.name, run.state_type, run.state_name, state.message AS state_message, run.expected_start_time,
      run.start_time, run.end_time, run.state_timestamp, run.total_run_time, run.run_count, run.tags, run.flow_run_id, flow_run.name AS flow_run_name,
      flow.id AS flow_id, flow.name AS flow_name, run.deferred
    FROM ${wanted} AS wanted
    JOIN task_run AS run ON run.id = wanted.id
    LEFT JOIN task_run_state AS state ON state.id = run.state_id
    LEFT JOIN flow_run ON flow_run.id = run.flow_run_id
    LEFT JOIN flow ON flow.id = flow_run.flow_id`.execute(db.read);
  return rows;
}
