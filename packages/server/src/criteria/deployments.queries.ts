import type { DeploymentFilter } from "@ostinato/protocol";
import { sql } from "kysely";
import { criteriaOf } from "./criteria.queries.ts";
import {
  atLeast,
  atMost,
  contains,
  either,
  holdsAll,
  holdsOne,
  isEmptyList,
  isMissing,
  isTrue,
  oneOf,
  oneOfIds,
  otherThanIds,
  someOf,
} from "./operators.queries.ts";

const flow = sql`SELECT 1 FROM flow AS deployed WHERE deployed.id = deployment.flow_id`;

export const deploymentCondition = criteriaOf<DeploymentFilter>({
  id: { any_: oneOfIds("deployment.id"), not_any_: otherThanIds("deployment.id") },
  name: { any_: oneOf("deployment.name"), like_: contains("deployment.name") },
  flow_or_deployment_name: { like_: either(contains("deployment.name"), someOf(flow, contains("deployed.name"))) },
  paused: { eq_: isTrue("deployment.paused") },
  tags: {
    all_: holdsAll("deployment.tags"),
    any_: holdsOne("deployment.tags"),
    is_null_: isEmptyList("deployment.tags"),
  },
  work_queue_name: { any_: oneOf("deployment.work_queue_name") },
  concurrency_limit: {
    ge_: atLeast("deployment.concurrency_limit"),
    le_: atMost("deployment.concurrency_limit"),
    is_null_: isMissing("deployment.concurrency_limit"),
  },
});
