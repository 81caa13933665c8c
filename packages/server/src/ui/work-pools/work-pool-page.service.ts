import { formatTimestamp } from "@ostinato/core";
import type { PlaceStatus, WorkerPage, WorkerRow, WorkPoolPage, WorkQueuePage, WorkQueueRow } from "@ostinato/protocol";
import { readJson } from "../../db/json-text.ts";
import type { Context } from "../../kernel/context.ts";
import { refused } from "../../kernel/errors.ts";
import { readRows } from "../runs/run-rows.service.ts";
import type { DeploymentOfPlaceRow, HolderRow } from "./place-figures.queries.ts";
import * as placeQueries from "./place-figures.queries.ts";
import { figuresByQueue, momentOf, type PlaceFigures, presentHolder, sumOf } from "./place-figures.service.ts";
import { type PoolStanding, poolProblems, queueProblems } from "./place-problems.rules.ts";
import * as listQueries from "./work-pool-list.queries.ts";
import type { PoolRow, QueueRow, WorkerOfPoolRow } from "./work-pool-page.queries.ts";
import * as queries from "./work-pool-page.queries.ts";
import { presentWorkerInfo } from "./worker-info.presenter.ts";

const maxQueues = 500;
const maxWorkers = 200;
/** A bound on the runs that are looked through for who has them. */
const maxHeld = 1000;
const maxHolders = 100;
const maxDeployments = 20;
const maxRunsOfWorker = 100;

export async function workPoolPage(context: Context, name: string): Promise<WorkPoolPage> {
  const row = await poolNamed(context, name);
  const [place, workers] = await Promise.all([
    placeOf(context, row),
    queries.workersOfPool(context.db, row.id, maxWorkers),
  ]);
  const queueIds = place.queues.map(({ id }) => id);
  const deployments = await deploymentsOf(context, queueIds);
  const { standing } = place;
  return {
    pool: presentPool(row, standing.figures.active_slots),
    ...standing.figures,
    workers_online: standing.workersOnline,
    problems: poolProblems(standing),
    holders: place.held.slice(0, maxHolders).map(presentHolder),
    queues: place.queues.map((queue) => presentQueue(queue, place.figures, deployments.counts)),
    workers: workers.map((worker) => presentWorker(worker, place.held)),
    deployments: deployments.shown,
  };
}

export async function workQueuePage(context: Context, name: string, queueName: string): Promise<WorkQueuePage> {
  const row = await poolNamed(context, name);
  const place = await placeOf(context, row);
  const queue = place.queues.find((one) => one.name === queueName);
  if (queue === undefined)
    throw refused("WORK_QUEUE_NOT_FOUND", `The work pool "${name}" has no queue "${queueName}".`);
  const deployments = await deploymentsOf(context, [queue.id]);
  const shown = presentQueue(queue, place.figures, deployments.counts);
  const holders = place.held.filter(({ work_queue_id }) => work_queue_id === queue.id).map(presentHolder);
  return {
    pool: poolOfPlace(row),
    queue: shown,
    problems: queueProblems({
      is_paused: shown.is_paused,
      concurrency_limit: shown.concurrency_limit,
      figures: figuresIn(place.figures, queue.id),
      isPolled: shown.status === "READY",
      pool: place.standing,
    }),
    holders: holders.slice(0, maxHolders),
    deployments: deployments.shown,
  };
}

export async function workerPage(context: Context, name: string, workerName: string): Promise<WorkerPage> {
  const row = await poolNamed(context, name);
  const worker = await queries.workerByName(context.db, row.id, workerName);
  if (worker === undefined) throw refused("WORKER_NOT_FOUND", `The work pool "${name}" has no worker "${workerName}".`);
  const [queues, ids] = await Promise.all([
    queries.queuesOfPool(context.db, row.id, maxQueues),
    queries.runsOfWorker(context.db, worker.id, maxRunsOfWorker),
  ]);
  const [held, runs] = await Promise.all([
    placeQueries.holdersOfQueues(
      context.db,
      queues.map(({ id }) => id),
      maxHeld,
    ),
    readRows(context, ids),
  ]);
  return { pool: poolOfPlace(row), worker: presentWorker(worker, held), runs };
}

interface Place {
  readonly queues: readonly QueueRow[];
  readonly figures: ReadonlyMap<string, PlaceFigures>;
  readonly held: readonly HolderRow[];
  readonly standing: PoolStanding;
}

/** A pool with its queues, what they have to do, and who holds their slots. */
async function placeOf(context: Context, row: PoolRow): Promise<Place> {
  const [queues, [workers]] = await Promise.all([
    queries.queuesOfPool(context.db, row.id, maxQueues),
    listQueries.workersOfPools(context.db, [row.id]),
  ]);
  const queueIds = queues.map(({ id }) => id);
  const [figures, held] = await Promise.all([
    figuresByQueue(context, queues),
    placeQueries.holdersOfQueues(context.db, queueIds, maxHeld),
  ]);
  return {
    queues,
    figures,
    held,
    standing: {
      type: row.type,
      is_paused: row.is_paused === 1,
      concurrency_limit: row.concurrency_limit,
      figures: sumOf([...figures.values()]),
      workersOnline: workers?.online ?? 0,
      lastSign: momentOf(workers?.last_sign ?? null),
    },
  };
}

async function poolNamed({ db }: Context, name: string): Promise<PoolRow> {
  const row = await queries.poolByName(db, name);
  if (row === undefined) throw refused("WORK_POOL_NOT_FOUND", `Work pool "${name}" not found.`);
  return row;
}

async function deploymentsOf({ db }: Context, queueIds: readonly string[]) {
  const [counts, first] = await Promise.all([
    placeQueries.deploymentCounts(db, queueIds),
    placeQueries.deploymentsOfQueues(db, queueIds, maxDeployments),
  ]);
  const count = [...counts.values()].reduce((sum, one) => sum + one, 0);
  return { counts, shown: { count, results: first.map(presentDeployment) } };
}

function presentDeployment({ id, name, flow_name, work_queue_name }: DeploymentOfPlaceRow) {
  return { id, name, flow_name, work_queue_name };
}

function presentPool(row: PoolRow, activeSlots: number): WorkPoolPage["pool"] {
  return {
    id: row.id,
    created: formatTimestamp(row.created),
    updated: formatTimestamp(row.updated),
    name: row.name,
    description: row.description,
    type: row.type,
    base_job_template: readJson(row.base_job_template),
    is_paused: row.is_paused === 1,
    concurrency_limit: row.concurrency_limit,
    status: statusOf(row),
    default_queue_id: row.default_queue_id,
    storage_configuration: readJson(row.storage_configuration),
    active_slots: activeSlots,
  };
}

function poolOfPlace(row: PoolRow): WorkQueuePage["pool"] {
  const { id, name, type, default_queue_id } = row;
  return { id, name, type, is_paused: row.is_paused === 1, status: statusOf(row), default_queue_id };
}

function presentQueue(
  row: QueueRow,
  figures: ReadonlyMap<string, PlaceFigures>,
  deployments: ReadonlyMap<string, number>,
): WorkQueueRow {
  const { id, name, description, priority, concurrency_limit } = row;
  return {
    id,
    name,
    description,
    is_paused: row.is_paused === 1,
    status: statusOf(row),
    priority,
    concurrency_limit,
    ...figuresIn(figures, id),
    deployments: deployments.get(id) ?? 0,
  };
}

function presentWorker(row: WorkerOfPoolRow, held: readonly HolderRow[]): WorkerRow {
  return {
    ...presentWorkerInfo(row),
    metadata: row.metadata === null ? null : readJson(row.metadata),
    runs: held.filter(({ worker_id }) => worker_id === row.id).map(presentHolder),
  };
}

function figuresIn(figures: ReadonlyMap<string, PlaceFigures>, queueId: string): PlaceFigures {
  return figures.get(queueId) ?? sumOf([]);
}

/** What is paused says so, whatever its workers do. */
function statusOf({ is_paused, status }: Pick<PoolRow, "is_paused" | "status">): PlaceStatus {
  return is_paused === 1 ? "PAUSED" : status;
}
