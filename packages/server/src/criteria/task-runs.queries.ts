import type { TaskRunFilter } from "@ostinato/protocol";
import { sql } from "kysely";
import { combined, criteriaOf } from "./criteria.queries.ts";
import {
  contains,
  has,
  holdsAll,
  isEmptyList,
  isMissing,
  notAfter,
  notBefore,
  oneOf,
  oneOfIds,
} from "./operators.queries.ts";

const subflows = sql`SELECT 1 FROM flow_run AS subflow WHERE subflow.parent_task_run_id = task_run.id`;

export const taskRunCondition = criteriaOf<TaskRunFilter>({
  id: { any_: oneOfIds("task_run.id") },
  name: { any_: oneOf("task_run.name"), like_: contains("task_run.name") },
  tags: { all_: holdsAll("task_run.tags"), is_null_: isEmptyList("task_run.tags") },
  state: { type: { any_: oneOf("task_run.state_type") }, name: { any_: oneOf("task_run.state_name") } },
  start_time: {
    before_: notAfter("task_run.start_time"),
    after_: notBefore("task_run.start_time"),
    is_null_: isMissing("task_run.start_time"),
  },
  end_time: {
    before_: notAfter("task_run.end_time"),
    after_: notBefore("task_run.end_time"),
    is_null_: isMissing("task_run.end_time"),
  },
  expected_start_time: {
    before_: notAfter("task_run.expected_start_time"),
    after_: notBefore("task_run.expected_start_time"),
  },
  subflow_runs: { exists_: has(subflows) },
  // As on Prefect's server, `is_null_: true` overrides the ids whatever the operator, and the ids override `is_null_: false`.
  flow_run_id: combined(
    { any_: oneOfIds("task_run.flow_run_id"), is_null_: isMissing("task_run.flow_run_id") },
    ({ any_, is_null_ }, asked) => (asked.is_null_ === true ? is_null_ : (any_ ?? is_null_)),
  ),
});
