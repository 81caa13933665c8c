import type { LogFilter } from "@ostinato/protocol";
import { criteriaOf } from "./criteria.queries.ts";
import { atLeast, atMost, isMissing, meetsSearch, notAfter, notBefore, oneOfIds } from "./operators.queries.ts";

export const logCondition = criteriaOf<LogFilter>({
  level: { ge_: atLeast("log.level"), le_: atMost("log.level") },
  timestamp: { before_: notAfter("log.timestamp"), after_: notBefore("log.timestamp") },
  flow_run_id: { any_: oneOfIds("log.flow_run_id") },
  task_run_id: { any_: oneOfIds("log.task_run_id"), is_null_: isMissing("log.task_run_id") },
  text: { query: meetsSearch("log.message", "log.name") },
});
