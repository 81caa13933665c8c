import { stateNames } from "@ostinato/core";
import type { RunPolicy } from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import { readPlainJson } from "../db/json-text.ts";
import { isNamed } from "../db/state-sql.ts";

export async function runPolicyOf(reader: Reader, deploymentId: string): Promise<RunPolicy | undefined> {
  const found = await reader
    .selectFrom("deployment")
    .select("run_policy")
    .where("id", "=", deploymentId)
    .executeTakeFirst();
  return found && readPlainJson<RunPolicy>(found.run_policy);
}

/** How often the run has been started again after a crash. */
export async function restartsOf(reader: Reader, flowRunId: string): Promise<number> {
  const { count } = await reader
    .selectFrom("flow_run_state")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("flow_run_id", "=", flowRunId)
    .where(isNamed("flow_run_state.name", stateNames.restarting))
    .executeTakeFirstOrThrow();
  return Number(count);
}
