import type { ListTopic, LiveNoun, LiveRow, WatchedNoun } from "@ostinato/protocol";
import * as artifacts from "../artifacts/artifacts.service.ts";
import * as assets from "../assets/assets.service.ts";
import * as automations from "../automations/automations.service.ts";
import * as blockDocuments from "../block-documents/block-documents.service.ts";
import * as limits from "../concurrency-limits/concurrency-limits.service.ts";
import * as deployments from "../deployments/deployments.service.ts";
import * as eventPages from "../events/event-pages.service.ts";
import * as flows from "../flows/flows.service.ts";
import type { Context } from "../kernel/context.ts";
import * as logs from "../logs/logs.service.ts";
import * as taskRuns from "../task-runs/task-runs.service.ts";
import { readRows } from "../ui/runs/run-rows.service.ts";
import * as places from "../ui/work-pools/live-places.service.ts";
import * as variables from "../variables/variables.service.ts";
import * as webhooks from "../webhooks/webhooks.service.ts";

/** A noun of the live feed. Pages get its rows, and the ids of deleted ones. */
export interface Noun<Row> {
  /** Reads the rows with these ids, in any order; ids that are gone are left out. */
  readMany(context: Context, ids: readonly string[]): Promise<readonly Row[]>;
  readonly topics: TopicsOf<Row>;
  /** Pages show more than a change holds: changes carry only ids, and the rows are read at delivery. */
  readonly readAtDelivery?: true;
  /** Characters of text in a row of a kind that may have millions. */
  characters?(row: Row): number;
  /** The flow run whose row on the pages counts this one. */
  countedIn?(row: Row): string | null;
}

/** The topics of a row: all rows on a topic of a list, and its own on a topic of one id. */
export type TopicsOf<Row> = { readonly [L in ListTopic]?: true } & {
  readonly [N in WatchedNoun]?: (row: Row) => readonly (string | null)[];
};

export type Nouns = { readonly [N in LiveNoun]: Noun<LiveRow<N>> };

const ofRuns: TopicsOf<{ readonly flow_run_id: string | null; readonly task_run_id: string | null }> = {
  "flow-run": ({ flow_run_id }) => [flow_run_id],
  "task-run": ({ task_run_id }) => [task_run_id],
};

const ofPool: TopicsOf<{ readonly work_pool_id: string }> = {
  "work-pools": true,
  "work-pool": ({ work_pool_id }) => [work_pool_id],
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
  log: {
    readMany: logs.readMany,
    topics: { ...ofRuns, log: ({ flow_run_id }) => [flow_run_id] },
    characters: ({ message }) => message.length,
  },
  artifact: {
    readMany: artifacts.readMany,
    topics: { artifacts: true, ...ofRuns },
  },
  flow: { readMany: flows.readMany, topics: { flows: true } },
  deployment: {
    readMany: deployments.readMany,
    readAtDelivery: true,
    topics: { deployments: true, deployment: ({ id }) => [id] },
  },
  "work-pool": { readMany: places.readPools, readAtDelivery: true, topics: ofPool },
  "work-queue": { readMany: places.readQueues, readAtDelivery: true, topics: ofPool },
  worker: { readMany: places.readWorkers, readAtDelivery: true, topics: ofPool },
  "concurrency-limit": {
    readMany: limits.namesOf,
    readAtDelivery: true,
    topics: { "concurrency-limits": true, "concurrency-limit": ({ id }) => [id] },
  },
  "block-document": { readMany: blockDocuments.readMany, topics: { "block-documents": true } },
  variable: { readMany: variables.readMany, topics: { variables: true } },
  asset: { readMany: assets.readMany, topics: { assets: true } },
  "background-task": {
    // Its key is all that pages are told.
    readMany: async (_context, ids) => ids.map((id) => ({ id })),
    readAtDelivery: true,
    topics: { "background-tasks": true },
  },
  event: { readMany: eventPages.readMany, topics: { events: true } },
  automation: {
    readMany: automations.namesOf,
    readAtDelivery: true,
    topics: { automations: true, automation: ({ id }) => [id] },
  },
  webhook: { readMany: webhooks.namesOf, readAtDelivery: true, topics: { webhooks: true } },
};
