import type { WorkerFilter, WorkPoolFilter, WorkQueueFilter } from "@ostinato/protocol";
import { criteriaOf } from "./criteria.queries.ts";
import { beginsWith, notAfter, notBefore, oneOf, oneOfIds, otherThan } from "./operators.queries.ts";

export const workPoolCondition = criteriaOf<WorkPoolFilter>({
  id: { any_: oneOfIds("work_pool.id") },
  name: { any_: oneOf("work_pool.name") },
  type: { any_: oneOf("work_pool.type") },
});

export const workQueueCondition = criteriaOf<WorkQueueFilter>({
  id: { any_: oneOfIds("work_queue.id") },
  name: { any_: oneOf("work_queue.name"), startswith_: beginsWith("work_queue.name") },
});

export const workerCondition = criteriaOf<WorkerFilter>({
  last_heartbeat_time: {
    before_: notAfter("worker.last_heartbeat_time"),
    after_: notBefore("worker.last_heartbeat_time"),
  },
  status: { any_: oneOf("worker.status"), not_any_: otherThan("worker.status") },
});
