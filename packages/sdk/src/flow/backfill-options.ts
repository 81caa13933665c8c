import type { Duration } from "@ostinato/core";

export interface BackfillOptions {
  /** The first time that is filled, with its offset: `"2026-01-01T00:00:00Z"`. */
  readonly from: string | Date;
  /** The time before which it ends. */
  readonly to: string | Date;
  /** One run every so often from `from` on, in place of the times of the deployment's schedules. */
  readonly every?: Duration;
  /** How many of its runs are open at once. 1 by default: one after the other. */
  readonly concurrency?: number;
  /** Parameters of all its runs, in addition to those of the deployment. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Called when a run has ended. */
  readonly onProgress?: (progress: BackfillProgress) => void;
  /** Aborting makes no further runs; those that are open go on. */
  readonly signal?: AbortSignal;
}

export interface BackfillCounts {
  /** How many times there are to fill. */
  readonly total: number;
  readonly completed: number;
  /** Runs that failed, crashed or were cancelled. */
  readonly failed: number;
}

export interface BackfillProgress extends BackfillCounts {
  /** The run that has ended; it may have done so in an earlier backfill of the same times. */
  readonly run: { readonly id: string; readonly name: string; readonly stateName: string };
  /** The time that the run is for. */
  readonly time: string;
}
