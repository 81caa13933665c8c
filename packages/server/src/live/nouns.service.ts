import type { ListTopic, LiveNoun, LiveRow, WatchedNoun } from "@ostinato/protocol";
import * as artifacts from "../artifacts/artifacts.service.ts";
import * as flows from "../flows/flows.service.ts";
import type { Context } from "../kernel/context.ts";
import * as logs from "../logs/logs.service.ts";
import * as taskRuns from "../task-runs/task-runs.service.ts";
import { readRows } from "../ui/runs/run-rows.service.ts";

/** What the live feed knows of a noun. Pages get its rows, and those of them that were deleted. */
export interface Noun<Row> {
  /** Reads the rows with these ids, in any order; ids that are gone are left out. */
  readMany(context: Context, ids: readonly string[]): Promise<readonly Row[]>;
  readonly topics: TopicsOf<Row>;
  /** Pages show more than a change knows: changes tell ids alone, and the rows are read when they are delivered. */
  readonly readAtDelivery?: true;
  /** Characters of text in a row of a kind that may have millions. */
  characters?(row: Row): number;
  /** The flow run whose row on the pages counts this one. */
  countedIn?(row: Row): string | null;
}

/** The topics that hear of a row: all rows on a topic of a list, and on a topic of one thing those that belong to it. */
export type TopicsOf<Row> = { readonly [L in ListTopic]?: true } & {
  readonly [N in WatchedNoun]?: (row: Row) => readonly (string | null)[];
};

export type Nouns = { readonly [N in LiveNoun]: Noun<LiveRow<N>> };

const ofRuns: TopicsOf<{ readonly flow_run_id: string | null; readonly task_run_id: string | null }> = {
  "flow-run": ({ flow_run_id }) => [flow_run_id],
  "task-run": ({ task_run_id }) => [task_run_id],
};

/** One entry for each noun of `liveNouns`, in the order in which a message names them. */
export const nouns: Nouns = {
  "flow-run": {
    readMany: readRows,
    readAtDelivery: true,
    topics: { "flow-runs": true, "flow-run": ({ id, parent_flow_run_id }) => [id, parent_flow_run_id] },
  },
  "task-run": {
    readMany: taskRuns.readMany,
    topics: { "flow-run": ({ flow_run_id }) => [flow_run_id], "task-run": ({ id }) => [id] },
    countedIn: ({ flow_run_id }) => flow_run_id,
  },
  log: { readMany: logs.readMany, topics: ofRuns, characters: ({ message }) => message.length },
  artifact: {
    readMany: artifacts.readMany,
    topics: { artifacts: true, ...ofRuns },
    characters: ({ data }) => (typeof data === "string" ? data.length : 0),
  },
  flow: { readMany: flows.readMany, topics: { flows: true } },
};
