import type { Timestamp } from "@ostinato/core";
import type { RemovedCounts } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import { type Paced, paced } from "../kernel/paced.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import { type Cutoffs, cutoffsAt } from "./retention.rules.ts";
import { lockSweeping } from "./sweep.queries.ts";

type Kind = keyof RemovedCounts;

/** One pass over data with a retention time, in small units of work with rests between them. */
export interface Sweep {
  readonly context: Context;
  /** The time from which age is measured. */
  readonly now: Timestamp;
  readonly cutoffs: Cutoffs;
  /**
   * Waits until the sweep may hold the writer again, then runs one unit of work. Rejects when the sweep is to stop, and with
   * `SweptElsewhere` when another server of the database sweeps.
   */
  step<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
  /** The same for work that is a unit by itself. */
  readonly paced: Paced;
  /** Adds to the removed rows; call it once the removal is durable. */
  count(kind: Kind, rows: number): void;
}

/** Another server of this database is removing already, and goes on. */
export class SweptElsewhere extends Error {
  override readonly name = "SweptElsewhere";
  readonly code = "SWEPT_ELSEWHERE";

  constructor() {
    super("Another server of this database is removing what is too old, and goes on");
  }
}

export function createSweep(
  context: Context,
  {
    signal,
    removed,
    now,
  }: Pick<Sweep, "now"> & { readonly signal: AbortSignal; readonly removed: Record<Kind, number> },
): Sweep {
  const { clock, config, metrics } = context;
  const whenRested = paced(clock, signal);
  return {
    context,
    now,
    cutoffs: cutoffsAt(config, now),
    paced: whenRested,
    step: (work) =>
      whenRested(() =>
        unit(context, async (unit) => {
          if (!(await lockSweeping(unit.tx))) throw new SweptElsewhere();
          return work(unit);
        }),
      ),
    count(kind, rows) {
      if (rows === 0) return;
      removed[kind] += rows;
      metrics.add("retention_removed_total", rows, { kind });
    },
  };
}

export interface Walk<Row, Result> {
  readonly batch: number;
  /** The next rows that are too old, oldest first, after one that was found before. */
  find(after: Row | undefined): Promise<readonly Row[]>;
  /** Removes those that still may go. */
  remove(unit: Unit, rows: readonly Row[]): Promise<Result>;
  /** Called when it is durable. */
  account(result: Result): Promise<void> | void;
}

/** Goes once along the rows that are too old. Finding them disturbs no writer; they are removed a batch at a time. */
export async function walk<Row, Result>(
  sweep: Sweep,
  { batch, find, remove, account }: Walk<Row, Result>,
): Promise<void> {
  for (let after: Row | undefined; ; ) {
    const rows = await find(after);
    if (rows.length > 0) await account(await sweep.step((unit) => remove(unit, rows)));
    if (rows.length < batch) return;
    after = rows.at(-1);
  }
}
