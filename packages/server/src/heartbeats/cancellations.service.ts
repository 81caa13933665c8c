import * as cleanUps from "../clean-ups/clean-ups.service.ts";
import * as flowRuns from "../flow-runs/flow-runs.service.ts";
import type { Context } from "../kernel/context.ts";
import { createSilence } from "../kernel/silence.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import * as queries from "./heartbeats.queries.ts";

/** A run is given 300 s to stop, as by Prefect's servers: three intervals of silence. */
const intervalSeconds = 100;

/** The sentence of Prefect's servers. */
const message = "Flow run cancellation timed out; marked this flow run as Cancelled.";

/**
 * Marks runs as cancelled that were asked to stop and never confirmed it. Runs whose client declares its interval, as our own
 * does, are watched by their signs of life instead. Where a worker has started the run, one of its pool is to remove what may still
 * run. The returned function checks once, and is to be called every so many seconds;
 * it returns the ids of the runs.
 */
export function unansweredCancellationsEnder(context: Context, everySeconds: number): () => Promise<readonly string[]> {
  const { db, clock } = context;
  const silence = createSilence(everySeconds);
  return async () => {
    const runs = await queries.cancellingRuns(db.read);
    const seen = runs.map(({ id, state_id }) => ({ id, sign: String(state_id), intervalSeconds }));
    const overdue = silence.look(seen, clock.elapsed()).filter(({ lost }) => lost);
    const ended: string[] = [];
    for (const { id } of overdue) if (await end(context, id)) ended.push(id);
    return ended;
  };
}

function end(context: Context, id: string): Promise<boolean> {
  return unit(context, async (unit) => {
    if (!(await queries.isCancelling(unit.tx, id))) return false;
    const state = { type: "CANCELLED", message } as const;
    await flowRuns.proposeIn(unit, { id, state, ruleSet: "minimal" });
    await haveCleanedUp(unit, id);
    return true;
  });
}

/** Has a worker of the run's pool remove what may still run. Pools without workers, as Prefect names them, have nobody for it. */
async function haveCleanedUp(unit: Unit, flow_run_id: string): Promise<void> {
  const place = await queries.workPlaceOf(unit.tx, flow_run_id);
  if (place === undefined || workerless.some((ending) => place.type.endsWith(ending))) return;
  const { poolId, queueId, infrastructure_pid } = place;
  const target = { flow_run_id, infrastructure_pid };
  await cleanUps.leave(unit, { kind: "cancelling_timeout_teardown.v1", poolId, queueId, target });
}

const workerless = [":push", ":managed"];
