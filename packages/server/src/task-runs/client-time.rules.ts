import type { TaskRunCreate } from "@ostinato/protocol";
import { versionOfClient } from "../flow-runs/clients.rules.ts";

/**
 * The task run as it is created for a client. `.delay()` of Prefect's client takes no time, and sends the present one by the clock of its
 * machine, which may be minutes ahead of the server's. Without a time the run is due as soon as the server has it.
 */
export function withoutClientTime(
  given: TaskRunCreate,
  userAgent: string | readonly string[] | undefined,
): TaskRunCreate {
  const { state } = given;
  if (state?.state_details?.deferred !== true || versionOfClient(userAgent) === undefined) return given;
  const { scheduled_time: _theirs, ...state_details } = state.state_details;
  return { ...given, state: { ...state, state_details } };
}
