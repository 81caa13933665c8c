import type { AutomationFilter } from "@ostinato/protocol";
import { criteriaOf } from "./criteria.queries.ts";
import { holdsAll, holdsOne, isEmptyList, notAfter, oneOf, oneOfIds } from "./operators.queries.ts";

export const automationCondition = criteriaOf<AutomationFilter>({
  id: { any_: oneOfIds("automation.id") },
  name: { any_: oneOf("automation.name") },
  created: { before_: notAfter("automation.created") },
  tags: {
    all_: holdsAll("automation.tags"),
    any_: holdsOne("automation.tags"),
    is_null_: isEmptyList("automation.tags"),
  },
});
