import { isTerminal } from "@ostinato/core";
import type { RowVersions } from "../db/known-change.ts";
import type { FlowRunRow } from "./flow-runs.presenter.ts";
import type { RelatedResources } from "./state-event.ts";

/** A flow run as this server last read or wrote it, with what the event of a state tells of its flow and its deployment. */
export interface KnownRun {
  readonly row: FlowRunRow;
  readonly related: RelatedResources;
  readonly versions: RowVersions;
}

/** A row takes some 3 kB. */
const maxRuns = 4096;

/** Rows with longer texts are not kept. */
const maxTextLength = 4096;

/**
 * Flow runs that a server remembers, so that their next states are decided without reading them. Other servers, and requests that
 * don't come here, may change a run meanwhile: whoever decides by it makes sure, by its version, that it is still so.
 */
export interface KnownRuns {
  remember(known: KnownRun): void;
  /** Gives the run to the one caller who may change what is remembered of it, and forgets it. */
  take(id: string): KnownRun | undefined;
}

export function createKnownRuns(): KnownRuns {
  const runs = new Map<string, KnownRun>();
  return {
    remember(known) {
      const { id } = known.row;
      runs.delete(id);
      if (isWorthKnowing(known)) runs.set(id, known);
      const [oldest] = runs.keys();
      if (runs.size > maxRuns && oldest !== undefined) runs.delete(oldest);
    },
    take(id) {
      const known = runs.get(id);
      runs.delete(id);
      return known;
    },
  };
}

/**
 * The states of a run that has ended, or that stands for a task of its parent, take more than one statement. The event of a run in a
 * work queue names the queue and its pool, whose versions are not remembered.
 */
function isWorthKnowing({ row }: KnownRun): boolean {
  const { parent_task_run_id, work_queue_id, state_type } = row;
  if (parent_task_run_id !== null || work_queue_id !== null) return false;
  if (state_type !== null && isTerminal(state_type)) return false;
  const texts = [
    row.parameters,
    row.context,
    row.labels,
    row.tags,
    row.state_data,
    row.state_details,
    row.state_message,
  ];
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0) <= maxTextLength;
}
