import type { Timestamp } from "@ostinato/core";
import type { Unit } from "../kernel/unit.ts";
import { deleteSomeResults, type Removed } from "./old-results.queries.ts";
import * as queries from "./old-runs.queries.ts";
import { removeFiles } from "./result-files.service.ts";
import { deleteAmong, idsOf, type Place } from "./sweep.queries.ts";
import type { Sweep } from "./sweep.service.ts";

/** The number of runs that are removed together; most are small. */
const runsPerBatch = 50;
/** Bounds on the rows of each kind that one unit of work deletes: together a few milliseconds. */
export const maxRows = { task_runs: 50, logs: 500, results: 50, artifacts: 100 } as const;

/** Removes flow runs that ended before a time with all their data, then task runs without a flow run. */
export async function removeOldRuns(sweep: Sweep, before: Timestamp): Promise<void> {
  const { db } = sweep.context;
  for (let after: Place | undefined; ; ) {
    const found = await queries.oldFlowRuns(db, { before, after, limit: runsPerBatch });
    await removeFlowRuns(sweep, { ids: idsOf(found), before });
    if (found.length < runsPerBatch) break;
    after = found.at(-1);
  }
  for (let after: Place | undefined; ; ) {
    const found = await queries.oldFreeTaskRuns(db, { before, after, limit: maxRows.task_runs });
    if (found.length > 0) await removeFreeTaskRuns(sweep, idsOf(found));
    if (found.length < maxRows.task_runs) break;
    after = found.at(-1);
  }
}

interface Going {
  readonly ids: readonly string[];
  readonly before: Timestamp;
}

/**
 * Subflows go after the run that called them. One that is unfinished, or ended later, stays as a run of its own and goes
 * when its time comes.
 */
async function removeFlowRuns(sweep: Sweep, { ids, before }: Going): Promise<void> {
  for (let wave = ids; wave.length > 0; ) {
    const released: string[] = [];
    for (let start = 0; start < wave.length; start += runsPerBatch) {
      const batch = wave.slice(start, start + runsPerBatch);
      for (let more = true; more; ) {
        const portion = await sweep.step((unit) => removePortion(sweep, unit, { ids: batch, before }));
        await account(sweep, portion);
        released.push(...portion.released);
        more = portion.more;
      }
    }
    wave = released;
  }
}

interface Portion {
  readonly flowRuns: readonly string[];
  readonly taskRuns: number;
  readonly released: readonly string[];
  readonly logs: number;
  readonly artifacts: number;
  readonly results: Removed;
  readonly more: boolean;
}

/** The runs themselves go last, so that a sweep that is interrupted finds them again and nothing is left behind. */
async function removePortion(sweep: Sweep, unit: Unit, { ids: wanted, before }: Going): Promise<Portion> {
  const { tx } = unit;
  const ids = await queries.heldFlowRuns(tx, { ids: wanted, before });
  if (ids.length === 0) return nothing;
  const taskRuns = await queries.someTaskRuns(tx, { ids, limit: maxRows.task_runs });
  const { deleted, released } = await queries.deleteTaskRuns(tx, taskRuns);
  const belongings = await removeBelongings(sweep, unit, { column: "flow_run_id", ids });
  const more = deleted === maxRows.task_runs || belongings.more;
  if (!more) {
    await deleteAmong(tx, { table: "flow_run", ids });
    unit.deleted("flow-run", ids);
  }
  return { ...belongings, flowRuns: more ? [] : ids, taskRuns: deleted, released, more };
}

const nothing: Portion = {
  flowRuns: [],
  taskRuns: 0,
  released: [],
  logs: 0,
  artifacts: 0,
  results: { rows: 0, locations: [] },
  more: false,
};

async function removeBelongings(
  { now }: Sweep,
  { tx }: Unit,
  runs: Pick<queries.Portion, "column" | "ids">,
): Promise<Pick<Portion, "logs" | "artifacts" | "results" | "more">> {
  const logs = await queries.deleteSomeLogs(tx, { ...runs, limit: maxRows.logs });
  const results = await deleteSomeResults(tx, { ...runs, limit: maxRows.results, now });
  const artifacts = await queries.deleteSomeResultArtifacts(tx, { ...runs, limit: maxRows.artifacts });
  const more = logs === maxRows.logs || results.rows === maxRows.results || artifacts === maxRows.artifacts;
  return { logs, artifacts, results, more };
}

async function removeFreeTaskRuns(sweep: Sweep, ids: readonly string[]): Promise<void> {
  for (let more = true; more; ) {
    const portion = await sweep.step(async (unit): Promise<Portion> => {
      const belongings = await removeBelongings(sweep, unit, { column: "task_run_id", ids });
      if (belongings.more) return { ...nothing, ...belongings };
      const { deleted, released } = await queries.deleteTaskRuns(unit.tx, ids);
      return { ...nothing, ...belongings, taskRuns: deleted, released };
    });
    await account(sweep, portion);
    more = portion.more;
  }
}

/** After the unit is durable: counts, and takes away the files that nothing names any more. */
async function account(sweep: Sweep, { flowRuns, taskRuns, logs, artifacts, results }: Portion): Promise<void> {
  sweep.count("flow_runs", flowRuns.length);
  sweep.count("task_runs", taskRuns);
  sweep.count("logs", logs);
  sweep.count("artifacts", artifacts);
  sweep.count("results", results.rows);
  await removeFiles(sweep.context, results.locations);
}
