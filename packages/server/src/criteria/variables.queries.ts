import type { VariableFilter } from "@ostinato/protocol";
import { criteriaOf } from "./criteria.queries.ts";
import { contains, holdsAll, isEmptyList, oneOf, oneOfIds } from "./operators.queries.ts";

export const variableCondition = criteriaOf<VariableFilter>({
  id: { any_: oneOfIds("variable.id") },
  name: { any_: oneOf("variable.name"), like_: contains("variable.name") },
  tags: { all_: holdsAll("variable.tags"), is_null_: isEmptyList("variable.tags") },
});
