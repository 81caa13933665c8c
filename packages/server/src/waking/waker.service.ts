import { microsPerSecond, type Timestamp } from "@ostinato/core";
import type { Reader } from "../db/dialect.ts";
import type { Change, Waiting } from "../kernel/bus.ts";
import type { Context } from "../kernel/context.ts";
import { createDueTimes } from "./due-times.rules.ts";
import { type CountStartable, createTelling, type Sleeper } from "./telling.service.ts";

/** What becomes due together is told together. */
const gatherSeconds = 0.01;
/** How often everything is looked for again: a hint may be lost between servers, and clocks may be set. */
const lookEverySeconds = 20;

export interface NextDue {
  readonly id: string;
  readonly at: Timestamp;
}

export interface StoppingRun {
  readonly id: string;
  readonly flow_run_id: string;
}

/** The runs that are waited for, by the ids of their deployments or of their work queues. */
export interface WaitedRuns {
  readonly of: Waiting;
  /** The first time after this one at which a run of each is due; the first of all for null. */
  nextDueTimes(reader: Reader, ids: readonly string[], after: Timestamp | null): Promise<readonly NextDue[]>;
  /** The runs that have been asked to stop and have not confirmed it. */
  stoppingRuns(reader: Reader, ids: readonly string[]): Promise<readonly StoppingRun[]>;
  /** Called for those that somebody has begun to wait for, and then now and again. */
  noteWaited?(ids: readonly string[]): Promise<void>;
  /** Without it all who wait for a run are told of it at once. */
  readonly countStartable?: CountStartable;
}

/** Tells its sleepers when runs become due, and when they are to stop. Listens to the bus only while it has some. */
export interface Waker {
  /** Tells the sleeper of the runs of these, and of no others any more. */
  subscribe(sleeper: Sleeper, ids: readonly string[]): void;
  leave(sleeper: Sleeper): void;
  /** Looks for due runs of these anew. */
  lookAt(ids: readonly string[]): void;
}

export function createWaker(context: Context, runs: WaitedRuns): Waker {
  const { bus, clock, log } = context;
  const sleepers = new Map<string, Set<Sleeper>>();
  const idsOf = new Map<Sleeper, ReadonlySet<string>>();
  const telling = createTelling(context, (id) => sleepers.get(id), runs.countStartable);
  const due = createDueTimes();
  /** Those that somebody has begun to wait for. */
  const begun = new Set<string>();
  const changed = new Set<string>();
  let unsubscribe: (() => void) | undefined;
  let timer: { readonly at: number; readonly cancel: () => void } | undefined;
  let lookAt = 0;

  function onChange(change: Change): void {
    if (change.kind === "stopping" && change.of === runs.of) tellStopping(change.id, change.flowRunId);
    else if (change.kind === "due" && change.of === runs.of) noteDue(change.id, change.at);
  }

  function noteDue(id: string, at: Timestamp): void {
    if (!sleepers.has(id)) return;
    due.note(id, at);
    setTimer();
  }

  /** One timer, for whatever comes first. */
  function setTimer(): void {
    const { next } = due;
    const seconds = next === undefined ? lookEverySeconds : Math.max(0, (next - clock.now()) / microsPerSecond);
    wakeAt(Math.min(clock.elapsed() + seconds + gatherSeconds, lookAt));
  }

  function lookSoon(): void {
    wakeAt(clock.elapsed() + gatherSeconds);
  }

  function wakeAt(at: number): void {
    if (timer !== undefined && timer.at <= at) return;
    timer?.cancel();
    timer = { at, cancel: clock.after(at - clock.elapsed(), () => void wake()) };
  }

  async function wake(): Promise<void> {
    timer = undefined;
    const looks = clock.elapsed() >= lookAt;
    if (looks) lookAt = clock.elapsed() + lookEverySeconds;
    const now = clock.now();
    const ids = due.take(now);
    const looked = [...changed];
    changed.clear();
    setTimer();
    try {
      await telling.tellDue(ids);
      await findNext(ids, now);
      await findNext(looked, null);
      await look(looks ? [...sleepers.keys()] : [...begun]);
    } catch (error) {
      log.warn({ err: error, of: runs.of }, "due runs that somebody waits for can't be read, it is tried again");
    }
  }

  async function look(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    for (const id of ids) begun.delete(id);
    await runs.noteWaited?.(ids);
    await findNext(ids, null);
    for (const { id, flow_run_id } of await runs.stoppingRuns(context.db.slow, ids)) tellStopping(id, flow_run_id);
  }

  async function findNext(ids: readonly string[], after: Timestamp | null): Promise<void> {
    if (ids.length === 0) return;
    const { db } = context;
    const times = await runs.nextDueTimes(ids.length <= quickLooks ? db.read : db.slow, ids, after);
    for (const { id, at } of times) noteDue(id, at);
  }

  function tellStopping(id: string, flowRunId: string): void {
    for (const sleeper of sleepers.get(id) ?? []) sleeper.stopping(id, flowRunId);
  }

  function forget(sleeper: Sleeper): void {
    for (const id of idsOf.get(sleeper) ?? []) {
      const others = sleepers.get(id);
      others?.delete(sleeper);
      if (others?.size !== 0) continue;
      sleepers.delete(id);
      begun.delete(id);
      due.forget(id);
    }
    idsOf.delete(sleeper);
  }

  function rest(): void {
    if (sleepers.size > 0) return;
    unsubscribe?.();
    unsubscribe = undefined;
    timer?.cancel();
    timer = undefined;
    telling.rest();
  }

  return {
    subscribe(sleeper, ids) {
      forget(sleeper);
      idsOf.set(sleeper, new Set(ids));
      for (const id of ids) {
        sleepers.set(id, (sleepers.get(id) ?? new Set()).add(sleeper));
        begun.add(id);
      }
      unsubscribe ??= bus.subscribe(onChange);
      lookSoon();
      rest();
    },
    leave(sleeper) {
      forget(sleeper);
      rest();
    },
    lookAt(ids) {
      for (const id of ids) if (sleepers.has(id)) changed.add(id);
      if (changed.size > 0) lookSoon();
    },
  };
}

/** So many are read on this thread: each takes an index some microseconds. */
const quickLooks = 200;
