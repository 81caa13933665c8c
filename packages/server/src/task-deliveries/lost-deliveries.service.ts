import { addSeconds, formatTimestamp, retryDelay, stateNames } from "@ostinato/core";
import type { TaskRunPolicy } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import type { Proposal } from "../orchestration/state.ts";
import * as taskRuns from "../task-runs/task-runs.service.ts";
import { noteBackgroundTasks } from "./queue.service.ts";
import * as queries from "./task-workers.queries.ts";

/** A run that has begun is its worker's for so much longer than one that has not: the worker may come back. */
export const patienceSeconds = 25;
/** A worker begins what it has confirmed within so long, unless it has more to do. */
const startSeconds = 60;
/** A run that so many workers took and none began is not given to another one. */
const maxDeliveries = 5;
const rowsPerUnit = 100;
const doneRowsPerUnit = 1000;
/** Workers stay known for so long after their end, so that nothing is handed to one that is not there. */
const forgetSeconds = 600;

interface NextTick {
  within(seconds: number): void;
}

/**
 * Gives runs to other workers whose worker has died before it began them, and ends or retries those that it had begun. What is done
 * leaves the queue.
 */
export async function endLostDeliveries(context: Context, tick?: NextTick): Promise<void> {
  const isFull = await unit(context, async (unit) => {
    const lost = await queries.lostDeliveries(unit.tx, patienceSeconds, rowsPerUnit);
    for (const delivery of lost) await end(unit, delivery, silenceOf(delivery));
    const ignored = await queries.ignoredDeliveries(unit.tx, startSeconds, rowsPerUnit);
    for (const delivery of ignored) await end(unit, delivery, `${named(delivery)} took it and did not begin it.`);
    const done = await queries.removeDone(unit.tx, doneRowsPerUnit);
    await queries.removeEndedWorkers(unit.tx, forgetSeconds);
    noteBackgroundTasks(unit, done.taskKeys);
    return lost.length === rowsPerUnit || done.runs === doneRowsPerUnit;
  });
  if (isFull) tick?.within(0);
}

function named({ identifier }: queries.LostDelivery): string {
  return identifier === null ? "The task worker" : `The task worker "${identifier}"`;
}

function silenceOf(delivery: queries.LostDelivery): string {
  return `${named(delivery)} that had it is gone.`;
}

async function end(unit: Unit, delivery: queries.LostDelivery, why: string): Promise<void> {
  switch (delivery.state_type) {
    case "COMPLETED":
    case "FAILED":
    case "CRASHED":
    case "CANCELLED":
      return;
    case "SCHEDULED":
    case "PENDING":
    case null:
      if (delivery.deliveries < maxDeliveries)
        return again(unit, delivery, { name: stateNames.scheduled, why, seconds: 0 });
      return crash(unit, delivery, `${delivery.deliveries} task workers took it, and none began it. See their logs.`);
    default:
      return retryOrCrash(unit, delivery, why);
  }
}

/** A worker of ours leaves retries to whoever runs the task next; a worker of Prefect's may still report the end. */
async function retryOrCrash(unit: Unit, delivery: queries.LostDelivery, why: string): Promise<void> {
  const seconds = delivery.takes_many === 1 ? await secondsBeforeRetry(unit, delivery.task_run_id) : undefined;
  if (seconds === undefined) return crash(unit, delivery, why);
  return again(unit, delivery, { name: stateNames.awaitingRetry, why, seconds });
}

/** Undefined where the run has no retries left. */
async function secondsBeforeRetry(unit: Unit, taskRunId: string): Promise<number | undefined> {
  const run = await taskRuns.attemptsOf(unit, taskRunId);
  if (run === undefined) return undefined;
  const { retries, retry_delay }: TaskRunPolicy = run.policy;
  return run.run_count <= (retries ?? 0) ? retryDelay(retry_delay ?? 0, run.run_count) : undefined;
}

interface Again {
  readonly name: typeof stateNames.scheduled | typeof stateNames.awaitingRetry;
  readonly why: string;
  readonly seconds: number;
}

async function again(unit: Unit, delivery: queries.LostDelivery, { name, why, seconds }: Again): Promise<void> {
  const at = addSeconds(unit.context.clock.now(), seconds);
  const proposed: Proposal = {
    type: "SCHEDULED",
    name,
    message: why,
    data: null,
    details: {
      scheduled_time: formatTimestamp(at),
      deferred: true,
      ...(delivery.parameters_id === null ? {} : { task_parameters_id: delivery.parameters_id }),
    },
  };
  await taskRuns.putInto(unit, { id: delivery.task_run_id, from: delivery.state_type }, proposed);
}

function crash(
  unit: Unit,
  { task_run_id: id, state_type: from }: queries.LostDelivery,
  message: string,
): Promise<void> {
  const proposed: Proposal = {
    type: "CRASHED",
    name: stateNames.crashed,
    message,
    data: null,
    details: {},
  };
  return taskRuns.putInto(unit, { id, from }, proposed);
}
