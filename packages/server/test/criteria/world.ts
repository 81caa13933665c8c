import { addSeconds, type StateType, type Timestamp, timeOrderedId, toTimestamp } from "@ostinato/core";
import type { Insertable } from "kysely";
import type { Tables } from "../../src/db/tables.ts";
import type { Context } from "../../src/kernel/context.ts";

/** Rows of every table that filters look at: enough of them, and unlike enough, that each criterion selects some and not all. */
export interface World {
  readonly flows: readonly Row<"flow">[];
  readonly workPools: readonly Row<"work_pool">[];
  readonly workQueues: readonly Row<"work_queue">[];
  readonly deployments: readonly Row<"deployment">[];
  readonly flowRuns: readonly Row<"flow_run">[];
  readonly taskRuns: readonly Row<"task_run">[];
  readonly artifacts: readonly Row<"artifact">[];
  readonly collections: readonly Row<"artifact_collection">[];
  readonly logs: readonly Row<"log">[];
}

export type Row<T extends keyof Tables> = Required<Insertable<Tables[T]>>;

const start = toTimestamp("2030-01-01T00:00:00Z");
/** The time of a server of this world: in the middle, so that some runs have begun to run and others have not. */
export const worldNow = addSeconds(start, 15.5);

/**
 * The same world each time, but for its ids. Letters of one case at the beginning of a name decide how it sorts, which both
 * databases see alike.
 */
export function makeWorld(): World {
  const flows = times(6, (i) => ({
    ...base(i),
    name: ["a Load_it", "b load 50%", "c Train", "d train\\x", "e 10% more", "f Ünder"][i] as string,
    tags: tagsOf(i),
    labels: "{}",
  }));
  const workPools = times(3, (i) => ({
    ...base(i),
    name: `pool ${"abc"[i]}`,
    type: i === 0 ? "process" : "docker",
    description: null,
    base_job_template: "{}",
    is_paused: 0 as const,
    concurrency_limit: null,
    default_queue_id: null,
    status: "NOT_READY" as const,
    last_transitioned_status_at: null,
    last_status_event_id: null,
    storage_configuration: "{}",
  }));
  const workQueues = times(5, (i) => ({
    ...base(i),
    name: ["default", "default", "🚀 fast", "🚀🚀 faster", "Default"][i] as string,
    work_pool_id: idAt(workPools, i % 3),
    description: "",
    filter: null,
    is_paused: 0 as const,
    concurrency_limit: null,
    last_polled: null,
    priority: 1,
    status: "NOT_READY" as const,
  }));
  const deployments = times(7, (i) => ({
    ...base(i),
    name: ["nightly", "train Daily", "50% of it", "hourly", "x_y", "loads", "last"][i] as string,
    flow_id: idAt(flows, [0, 1, 2, 2, 0, 3, 1][i] as number),
    tags: tagsOf(i + 2),
    paused: i % 3 === 1 ? (1 as const) : (0 as const),
    work_queue_id: i % 4 === 3 ? null : idAt(workQueues, i % 5),
    work_queue_name: i % 4 === 3 ? null : (["fast", "slow", "Fast"][i % 3] as string),
    concurrency_limit: i % 3 === 0 ? null : i,
    concurrency_options: null,
    concurrency_limit_id: null,
    description: null,
    version: null,
    version_id: null,
    parameters: "{}",
    parameter_openapi_schema: null,
    enforce_parameter_schema: 1 as const,
    labels: "{}",
    pull_steps: null,
    path: null,
    entrypoint: null,
    storage_document_id: null,
    infrastructure_document_id: null,
    job_variables: "{}",
    run_policy: "{}",
    created_by: null,
    updated_by: null,
    status: "NOT_READY" as const,
    last_polled: null,
  }));
  const runIds = times(26, (i) => timeOrderedId(later(i)));
  const taskIds = times(32, (i) => timeOrderedId(later(i)));
  const flowRuns = times(26, (i) => ({
    ...run(i, runIds[i] as string, "run"),
    flow_id: idAt(flows, i % 5),
    flow_version: pick([null, "1", "2", "10"], i),
    parameters: "{}",
    idempotency_key: i % 3 === 2 ? null : `key ${Math.floor(i / 5)}`,
    context: "{}",
    auto_scheduled: 0 as const,
    deployment_id: i % 4 === 1 ? null : i === 8 ? absentId : idAt(deployments, i % 6),
    deployment_version: null,
    parent_task_run_id: i % 6 === 5 ? (taskIds[i - 3] as string) : i === 14 ? absentId : null,
    infrastructure_document_id: null,
    infrastructure_pid: null,
    work_queue_id: i % 5 === 4 ? null : i === 11 ? absentId : idAt(workQueues, i % 4),
    work_queue_name: pick([null, "default", "fast", "Default"], i + 1),
    created_by: pick([null, null, creator("DEPLOYMENT", 0), creator("USER", 1), creator("DEPLOYMENT", 2), "{}"], i),
    job_variables: null,
    priority: 0,
    worker_id: null,
    worker_name: null,
  }));
  const taskRuns = times(32, (i) => ({
    ...run(i + 3, taskIds[i] as string, "task"),
    flow_run_id: i % 7 === 6 ? null : (runIds[(i * 3) % 11] as string),
    task_key: "key",
    dynamic_key: `${i}`,
    cache_key: null,
    cache_expiration: null,
    task_version: null,
    task_inputs: "{}",
    flow_run_run_count: 1,
    last_word: null,
    deferred: null,
    task_worker: null,
  }));
  const artifacts = times(22, (i) => ({
    ...base(i),
    key: i % 4 === 3 ? null : (["a report", "b_Report", "c 5%", "d", "ereport"][i % 5] as string),
    type: pick([null, "markdown", "table", "result", "Table"], i * 2),
    description: null,
    data: `"${i}"`,
    metadata: null,
    flow_run_id: i % 5 === 2 ? null : i === 9 ? absentId : (runIds[(i * 2) % 9] as string),
    task_run_id: i % 3 === 1 ? null : i === 12 ? absentId : (taskIds[(i * 5) % 13] as string),
  }));
  const keys = [...new Set(artifacts.flatMap(({ key }) => key ?? []))];
  const collections = keys.map((key, i) => ({
    ...base(20 - i * 3),
    key,
    latest_id: artifacts.findLast((artifact) => artifact.key === key)?.id as string,
  }));
  const logs = times(20, (i) => ({
    id: timeOrderedId(later(i)),
    created: later(i),
    name: pick(["prefect.flow_runs", "prefect.task_runs", "shop.Basket"], i * 2),
    level: 10 * (1 + ((i * 3) % 5)),
    message: ["100% done_", "Error: no", 'a "quoted" word', "warning\nerror -5", "ok", "back\\slash"][i % 6] as string,
    timestamp: later((i * 7) % 20),
    flow_run_id: i % 6 === 5 ? null : (runIds[i % 4] as string),
    task_run_id: i % 3 === 0 ? null : (taskIds[i % 5] as string),
  }));
  return { flows, workPools, workQueues, deployments, flowRuns, taskRuns, artifacts, collections, logs };
}

export async function addWorld({ db }: Pick<Context, "db">, world: World): Promise<void> {
  await db.write(async (tx) => {
    await tx.insertInto("flow").values(world.flows).execute();
    await tx.insertInto("work_pool").values(world.workPools).execute();
    await tx.insertInto("work_queue").values(world.workQueues).execute();
    await tx.insertInto("deployment").values(world.deployments).execute();
    await tx.insertInto("flow_run").values(world.flowRuns).execute();
    await tx.insertInto("task_run").values(world.taskRuns).execute();
    await tx.insertInto("artifact").values(world.artifacts).execute();
    await tx.insertInto("artifact_collection").values(world.collections).execute();
    await tx.insertInto("log").values(world.logs).execute();
  });
}

/** No row has it, though some refer to it: what they referred to has been deleted. */
const absentId = timeOrderedId(start);

function base(i: number) {
  return { id: timeOrderedId(later(i)), created: later((i * 5) % 23), updated: later((i * 11) % 29) };
}

/** The columns that flow runs and task runs have in common. Each moment is one of its own, and nearly each may be missing. */
function run(i: number, id: string, what: string) {
  const [state_type, state_name] = states[i % states.length] as [StateType | null, string | null];
  return {
    ...base(i),
    id,
    name: `${letters[(i * 7) % 26]}${letters[Math.floor(i / 26)]}-${["Load_it", "load 50%", "Train", "train\\x", "tÜrn"][i % 5]} ${what} ${i}`,
    state_id: state_type === null ? null : timeOrderedId(later(i)),
    state_type,
    state_name,
    state_timestamp: state_type === null ? null : later(i),
    run_count: 1,
    expected_start_time: later((i * 5) % 31),
    next_scheduled_start_time: i % 3 === 1 ? later((i * 3) % 37) : null,
    start_time: i % 3 === 0 ? null : later((i * 7) % 41),
    end_time: i % 4 < 2 ? null : later(40 + ((i * 11) % 43)),
    total_run_time: ((i * 13) % 17) * 1_000_000,
    empirical_policy: "{}",
    tags: tagsOf(i),
    labels: "{}",
  };
}

const letters = "abcdefghijklmnopqrstuvwxyz";

const states: readonly [StateType | null, string | null][] = [
  ["SCHEDULED", "Scheduled"],
  ["SCHEDULED", "Late"],
  ["RUNNING", "Running"],
  ["COMPLETED", "Completed"],
  ["COMPLETED", "Cached"],
  ["FAILED", "Failed"],
  [null, null],
  ["RUNNING", "Retrying"],
  ["PENDING", "Pending"],
];

function tagsOf(i: number): string {
  return JSON.stringify(pick([[], ["a"], ["a", "b"], ["b", 'say "c"'], ["A"], ["a", "b", "50%"], []], i));
}

function creator(type: string, i: number): string {
  return JSON.stringify({ id: creators[i], type, display_value: `maker ${i}` });
}

const creators = times(3, (i) => timeOrderedId(later(i)));

function later(seconds: number): Timestamp {
  return addSeconds(start, seconds);
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function pick<T>(values: readonly T[], index: number): T {
  return values[index % values.length] as T;
}

function idAt(rows: readonly { readonly id: string }[], index: number): string {
  return (rows[index] as { readonly id: string }).id;
}
