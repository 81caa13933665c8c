import type { FlowRunFilter } from "@ostinato/protocol";
import { sql } from "kysely";
import { criteriaOf } from "./criteria.queries.ts";
import {
  contains,
  holdsAll,
  holdsOne,
  isEmptyList,
  isMissing,
  notAfter,
  notBefore,
  oneOf,
  oneOfField,
  oneOfFieldIds,
  oneOfIds,
  otherThan,
  otherThanIds,
  someOf,
} from "./operators.queries.ts";

/** When a run began, or is expected to. As the indexes have it, letter by letter. */
const begin = sql`coalesce(flow_run.start_time, flow_run.expected_start_time)`;

const parents = sql`SELECT 1 FROM task_run AS parent WHERE parent.id = flow_run.parent_task_run_id`;

export const flowRunCondition = criteriaOf<FlowRunFilter>({
  id: { any_: oneOfIds("flow_run.id"), not_any_: otherThanIds("flow_run.id") },
  name: { any_: oneOf("flow_run.name"), like_: contains("flow_run.name") },
  tags: {
    all_: holdsAll("flow_run.tags"),
    any_: holdsOne("flow_run.tags"),
    is_null_: isEmptyList("flow_run.tags"),
  },
  deployment_id: { any_: oneOfIds("flow_run.deployment_id"), is_null_: isMissing("flow_run.deployment_id") },
  work_queue_name: { any_: oneOf("flow_run.work_queue_name"), is_null_: isMissing("flow_run.work_queue_name") },
  state: {
    type: { any_: oneOf("flow_run.state_type"), not_any_: otherThan("flow_run.state_type") },
    name: { any_: oneOf("flow_run.state_name"), not_any_: otherThan("flow_run.state_name") },
  },
  flow_version: { any_: oneOf("flow_run.flow_version") },
  start_time: { before_: notAfter(begin), after_: notBefore(begin), is_null_: isMissing("flow_run.start_time") },
  end_time: {
    before_: notAfter("flow_run.end_time"),
    after_: notBefore("flow_run.end_time"),
    is_null_: isMissing("flow_run.end_time"),
  },
  expected_start_time: {
    before_: notAfter("flow_run.expected_start_time"),
    after_: notBefore("flow_run.expected_start_time"),
  },
  next_scheduled_start_time: {
    before_: notAfter("flow_run.next_scheduled_start_time"),
    after_: notBefore("flow_run.next_scheduled_start_time"),
  },
  parent_flow_run_id: { any_: someOf(parents, oneOfIds("parent.flow_run_id")) },
  parent_task_run_id: {
    any_: oneOfIds("flow_run.parent_task_run_id"),
    is_null_: isMissing("flow_run.parent_task_run_id"),
  },
  idempotency_key: { any_: oneOf("flow_run.idempotency_key"), not_any_: otherThan("flow_run.idempotency_key") },
  created_by: {
    id_: oneOfFieldIds("flow_run.created_by", "id"),
    type_: oneOfField("flow_run.created_by", "type"),
    is_null_: isMissing("flow_run.created_by"),
  },
});
