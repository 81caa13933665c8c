import { type Timestamp, toTimestamp } from "@ostinato/core";
import { maxTaskPriority, priorityLabel } from "@ostinato/protocol";
import { readJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import type { RunState } from "../orchestration/state.ts";
import * as queries from "./queue.queries.ts";
import { type LiveWorker, moveConfirmed } from "./task-workers.queries.ts";

/** A task run, as its place in the queue depends on it. */
export interface Queued {
  readonly id: string;
  readonly task_key: string;
  /** As JSON. */
  readonly labels: string;
}

export { noWord } from "./queue.queries.ts";

/** Whether a run in this state waits for a task worker. */
export function isDeferred({ type, details }: Pick<RunState, "type" | "details">): boolean {
  return type === "SCHEDULED" && details.deferred === true;
}

/** A task run that has come into a state. */
export interface Entered {
  readonly run: Queued;
  readonly state: RunState;
}

/** Has deferred task runs that have become SCHEDULED wait for a task worker. Does nothing for other states. */
export async function enqueue(unit: Unit, entered: readonly Entered[]): Promise<void> {
  const now = unit.context.clock.now();
  const rows = entered.filter(({ state }) => isDeferred(state)).map((one) => newDelivery(one, now));
  if (rows.length === 0) return;
  await queries.putDeliveries(unit.later, rows);
  for (const [taskKey, own] of Map.groupBy(rows, ({ task_key }) => task_key)) {
    for (const at of new Set(own.map(({ waits_until }) => waits_until ?? atOnce))) wake(unit, taskKey, at);
  }
}

function newDelivery({ run, state }: Entered, now: Timestamp): queries.NewDelivery {
  const { scheduled_time = null, task_parameters_id = null } = state.details;
  const given = scheduled_time === null ? null : toTimestamp(scheduled_time);
  return {
    task_run_id: run.id,
    task_key: run.task_key,
    priority: priorityOf(readJson(run.labels)),
    queued: given ?? state.timestamp,
    // Without a time it is due now, also where the clock is set back in this moment.
    waits_until: given !== null && given > now ? given : null,
    parameters_id: task_parameters_id,
  };
}

/** Tells pages that runs of these tasks, or their workers, have changed. */
export function noteBackgroundTasks(unit: Unit, taskKeys: readonly string[]): void {
  unit.changed(
    "background-task",
    taskKeys.map((id) => ({ id })),
  );
}

/** A run that has ended before a worker had it, such as a cancelled one, waits no more. What workers have stays theirs. */
export async function leaveLine(unit: Unit, { id, task_key }: Pick<Queued, "id" | "task_key">): Promise<void> {
  if (await queries.removeWaiting(unit.tx, id)) noteBackgroundTasks(unit, [task_key]);
}

/** Hints for the same task that come together are one. */
const atOnce = 0 as Timestamp;

function wake(unit: Unit, taskKey: string, at: Timestamp = atOnce): void {
  noteBackgroundTasks(unit, [taskKey]);
  unit.wakes({ kind: "due", of: "task", id: taskKey, at });
}

function priorityOf({ [priorityLabel]: given }: Readonly<Record<string, unknown>>): number {
  if (typeof given !== "number" || !Number.isFinite(given)) return 0;
  return Math.round(Math.min(maxTaskPriority, Math.max(-maxTaskPriority, given)));
}

/** A worker with room for so many runs. */
export interface Taker {
  readonly id: string;
  readonly slots: number;
}

export interface Wanted {
  readonly keys: readonly string[];
  /** In the order in which they are served. */
  readonly takers: readonly Taker[];
  /** Whether the workers have a run as soon as it is sent. */
  readonly isConfirmed: boolean;
}

export interface Taken {
  readonly handed: readonly queries.Handing[];
  /** Keys of which more runs may wait. */
  readonly left: readonly string[];
}

/** So many runs are handed over in one unit of work. */
const maxTogether = 200;

/**
 * Hands the runs that are first in line to the workers, one to each in turn. A run belongs to its worker once the unit is durable. Runs
 * that are no longer SCHEDULED, such as cancelled ones, leave the line.
 */
export function take(context: Context, { keys, takers, isConfirmed }: Wanted): Promise<Taken> {
  const turns = turnsOf(takers);
  return unit(context, async (unit) => {
    const { tx } = unit;
    const now = context.clock.now();
    const found: queries.FreeDelivery[] = [];
    const left = new Set<string>();
    for (const key of keys) {
      await queries.endWaits(tx, key, now);
      const first = await queries.firstInLine(tx, key, turns.length);
      if (first.length === turns.length) left.add(key);
      found.push(...first);
    }
    if (found.length === 0) return { handed: [], left: [] };
    const inTurn = found.sort(byTurn).slice(0, turns.length);
    if (inTurn.length < found.length) for (const key of keys) left.add(key);
    const ids = inTurn.map(({ task_run_id }) => task_run_id);
    const waiting = new Set(await queries.scheduledAmong(tx, ids));
    await queries.remove(
      tx,
      ids.filter((id) => !waiting.has(id)),
    );
    const handed = ids
      .filter((id) => waiting.has(id))
      .map((task_run_id, index) => ({ task_run_id, worker_id: turns[index] ?? "" }));
    if (handed.length > 0) await queries.handOver(tx, handed, isConfirmed);
    const again = inTurn.filter(({ task_run_id, deliveries }) => deliveries > 0 && waiting.has(task_run_id));
    if (again.length > 0)
      await queries.forgetLastWords(
        tx,
        again.map(({ task_run_id }) => task_run_id),
      );
    noteBackgroundTasks(unit, keys);
    return { handed, left: [...left] };
  });
}

/** The ids of workers, one for each run that they can take: each has one before any has two. */
function turnsOf(takers: readonly Taker[]): readonly string[] {
  const turns: string[] = [];
  const most = Math.max(0, ...takers.map(({ slots }) => slots));
  for (let round = 1; round <= most && turns.length < maxTogether; round += 1)
    for (const { id, slots } of takers) if (slots >= round) turns.push(id);
  return turns.slice(0, maxTogether);
}

function byTurn(a: queries.FreeDelivery, b: queries.FreeDelivery): number {
  return a.priority - b.priority || a.queued - b.queued || (a.task_run_id < b.task_run_id ? -1 : 1);
}

export function acknowledge(context: Context, handing: queries.Handing): Promise<void> {
  return unit(context, ({ tx }) => queries.acknowledge(tx, handing), { together: handing.task_run_id });
}

/** Gives runs back that the worker has not started. */
export function giveBack(context: Context, workerId: string, taskRunIds: readonly string[]): Promise<void> {
  return unit(context, async (unit) => {
    for (const key of await queries.giveBack(unit.tx, workerId, taskRunIds)) wake(unit, key);
  });
}

/**
 * What the same worker has from connections before this one stays its own: what it confirmed, and of that only `held` where it says what it
 * has. The rest is given back at once. Gives those of `held` that are not its own any more: another worker may have them.
 */
export async function takeAlong(
  unit: Unit,
  worker: LiveWorker,
  held: readonly string[] | undefined,
): Promise<readonly string[]> {
  const ids = held?.map((id) => id.toLowerCase());
  await moveConfirmed(unit.tx, worker, ids);
  if (ids === undefined) return [];
  for (const key of await queries.giveBackOthers(unit.tx, worker)) wake(unit, key);
  const kept = new Set(await queries.heldAmong(unit.tx, worker.id, ids));
  return ids.filter((id) => !kept.has(id));
}
