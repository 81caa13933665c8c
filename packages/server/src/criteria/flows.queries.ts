import type { FlowFilter } from "@ostinato/protocol";
import { sql } from "kysely";
import { criteriaOf } from "./criteria.queries.ts";
import { contains, hasNo, holdsAll, isEmptyList, oneOf, oneOfIds, otherThanIds } from "./operators.queries.ts";

const deployments = sql`SELECT 1 FROM deployment WHERE deployment.flow_id = flow.id`;

export const flowCondition = criteriaOf<FlowFilter>({
  id: { any_: oneOfIds("flow.id"), not_any_: otherThanIds("flow.id") },
  deployment: { is_null_: hasNo(deployments) },
  name: { any_: oneOf("flow.name"), like_: contains("flow.name") },
  tags: { all_: holdsAll("flow.tags"), is_null_: isEmptyList("flow.tags") },
});
