import type { TaskRunCreate } from "@ostinato/protocol";

/**
 * The task run as it is created for a client, by the version of Prefect's client if it is one. `.delay()` of Prefect's client takes no time,
 * and sends the present one by the clock of its machine, which may be minutes ahead of the server's. Without a time the run is due as soon as
 * the server has it.
 */
export function withoutClientTime(given: TaskRunCreate, clientVersion: string | undefined): TaskRunCreate {
  const { state } = given;
  if (state?.state_details?.deferred !== true || clientVersion === undefined) return given;
  const { scheduled_time: _theirs, ...state_details } = state.state_details;
  return { ...given, state: { ...state, state_details } };
}
