import { addSeconds, formatTimestamp, type Timestamp } from "@ostinato/core";
import { maxLateCounted, type PlaceHolder } from "@ostinato/protocol";
import type { Context } from "../../kernel/context.ts";
import { lateSeconds } from "../../overdue/overdue.service.ts";
import * as queries from "./place-figures.queries.ts";

/** What a pool or a queue has to do now, as pages show it. */
export interface PlaceFigures {
  readonly active_slots: number;
  readonly running: number;
  readonly late: number;
  readonly late_since: string | null;
  readonly last_polled: string | null;
}

export interface QueueOfFigures {
  readonly id: string;
  readonly last_polled: Timestamp | null;
}

/** The figures of each queue, by its id. */
export async function figuresByQueue(
  { db, clock }: Context,
  queues: readonly QueueOfFigures[],
): Promise<ReadonlyMap<string, PlaceFigures>> {
  const rows = await queries.figuresOfQueues(db, {
    queueIds: queues.map(({ id }) => id),
    dueBefore: addSeconds(clock.now(), -lateSeconds),
    maxLate: maxLateCounted,
  });
  const byQueue = new Map(rows.map((row) => [row.queue_id, row]));
  return new Map(
    queues.map(({ id, last_polled }) => {
      const { active_slots = 0, running = 0, late = 0, late_since = null } = byQueue.get(id) ?? {};
      return [
        id,
        { active_slots, running, late, late_since: momentOf(late_since), last_polled: momentOf(last_polled) },
      ];
    }),
  );
}

/** The figures of a pool: those of its queues together. */
export function sumOf(figures: readonly PlaceFigures[]): PlaceFigures {
  const total = (of: (one: PlaceFigures) => number) => figures.reduce((sum, one) => sum + of(one), 0);
  const moments = (of: (one: PlaceFigures) => string | null) => figures.flatMap((one) => of(one) ?? []).sort();
  return {
    active_slots: total((one) => one.active_slots),
    running: total((one) => one.running),
    late: total((one) => one.late),
    late_since: moments((one) => one.late_since)[0] ?? null,
    last_polled: moments((one) => one.last_polled).at(-1) ?? null,
  };
}

export function presentHolder(row: queries.HolderRow): PlaceHolder {
  const { worker_id: _, since, ...holder } = row;
  return { ...holder, since: momentOf(since) };
}

export function momentOf(time: Timestamp | null): string | null {
  return time === null ? null : formatTimestamp(time);
}
