import {
  type artifactSorts,
  type DeploymentSort,
  type FlowRunSort,
  type flowSorts,
  type logSorts,
  type RunCriteria,
  type TaskRunSort,
  type TSchema,
  taskRunListSorts,
} from "@ostinato/protocol";
import { type Leaf, leavesOf } from "./leaves.ts";
import { artifactNoun, collectionNoun, logNoun, type Noun, type RunNouns, runNouns } from "./nouns.ts";
import { meets } from "./oracle.ts";
import {
  countsByFlow,
  countsByState,
  historyOf,
  latenessOfFlowRuns,
  listOf,
  pagesOf,
  pointsOfFlowRuns,
  type Reading,
  runMicros,
} from "./readings.ts";
import { type Row, type World, worldNow } from "./world.ts";

/** A search as the API has it, beside what it must find. */
export interface Search<R> {
  /** Below it are `filter` and, where it `counts`, `count`. */
  readonly path: string;
  readonly counts: boolean;
  /** The row's id in the answers of `filter`. */
  readonly idField: string;
  readonly rows: readonly R[];
  /** Leaves in which all rows are alike, so that they select all or none. */
  readonly alike: readonly string[];
  /** All kinds of criteria that it takes, each by what is known of its noun. */
  readonly kinds: Readonly<Record<string, Kind>>;
  readonly selects: (criteria: Readonly<Record<string, object | null | undefined>>, row: R) => boolean;
  readonly sorts: Readonly<Record<string, (row: R) => readonly SortKey[]>>;
  /** Other operations with the same criteria. */
  readonly readings: readonly Reading<R>[];
  /** Of them the one that reads page after page by a cursor, and the sorts that it takes; undefined where there is none. */
  readonly list?: { readonly path: string; readonly sorts: readonly string[] };
}

/** A kind of criteria: the schema of its filter, and each leaf of it with values to ask for. */
export interface Kind {
  readonly filter: TSchema;
  readonly leaves: readonly Leaf[];
}

/** Numbers and texts that sort upwards; `down` holds what sorts downwards. */
export type SortKey = number | string | { readonly down: number | string };
type Sorts<R, S extends string> = Readonly<Record<S, (row: R) => readonly SortKey[]>>;
type Asked = { readonly [K in keyof RunCriteria | "artifacts" | "logs"]?: object | null | undefined };

export function flowSearch(world: World): Search<Row<"flow">> {
  const { flow, flowRun, taskRun, deployment, workPool } = runNouns(world);
  const sorts: Sorts<Row<"flow">, (typeof flowSorts)[number]> = {
    CREATED_DESC: ({ created, id }) => [down(created), down(id)],
    UPDATED_DESC: ({ updated, id }) => [down(updated), down(id)],
    NAME_ASC: ({ name }) => [name],
    NAME_DESC: ({ name }) => [down(name)],
  };
  return {
    ...search("/flows", flow.rows, sorts),
    readings: [pagesOf("flows")],
    kinds: {
      flows: kindOf(flow),
      flow_runs: kindOf(flowRun),
      task_runs: kindOf(taskRun),
      deployments: kindOf(deployment),
      work_pools: kindOf(workPool),
    },
    selects: (asked: Asked, row) => {
      const deployments = world.deployments.filter(({ flow_id }) => flow_id === row.id);
      return (
        isMet(flow, asked.flows, row) &&
        (isFree(asked.flow_runs, asked.task_runs) ||
          world.flowRuns.some(
            (run) =>
              run.flow_id === row.id &&
              isMet(flowRun, asked.flow_runs, run) &&
              oneMeets(taskRun, asked.task_runs, tasksOf(world, run)),
          )) &&
        oneMeets(deployment, asked.deployments, deployments) &&
        oneMeets(workPool, asked.work_pools, poolsOf(world, deployments))
      );
    },
  };
}

export function deploymentSearch(world: World): Search<Row<"deployment">> {
  const { flow, flowRun, taskRun, deployment, workPool, workQueue } = runNouns(world);
  const sorts: Sorts<Row<"deployment">, DeploymentSort> = {
    CREATED_DESC: ({ created, id }) => [down(created), down(id)],
    UPDATED_DESC: ({ updated, id }) => [down(updated), down(id)],
    NAME_ASC: ({ name }) => [name],
    NAME_DESC: ({ name }) => [down(name)],
  };
  return {
    ...search("/deployments", deployment.rows, sorts),
    kinds: {
      flows: kindOf(flow),
      flow_runs: kindOf(flowRun),
      task_runs: kindOf(taskRun),
      deployments: kindOf(deployment),
      work_pools: kindOf(workPool),
      work_pool_queues: kindOf(workQueue),
    },
    selects: (asked: Asked, row) => {
      const queue = world.workQueues.filter(({ id }) => id === row.work_queue_id);
      const pool = world.workPools.filter(({ id }) => id === queue[0]?.work_pool_id);
      const flows = world.flows.filter(({ id }) => id === row.flow_id);
      return (
        isMet(deployment, asked.deployments, row) &&
        oneMeets(flow, asked.flows, flows) &&
        (isFree(asked.flow_runs, asked.task_runs) ||
          world.flowRuns.some(
            (run) =>
              run.deployment_id === row.id &&
              isMet(flowRun, asked.flow_runs, run) &&
              oneMeets(taskRun, asked.task_runs, tasksOf(world, run)),
          )) &&
        oneMeets(workQueue, asked.work_pool_queues, queue) &&
        oneMeets(workPool, asked.work_pools, pool)
      );
    },
  };
}

export function flowRunSearch(world: World): Search<Row<"flow_run">> {
  const nouns = runNouns(world);
  const { flow, flowRun, taskRun, deployment, workPool, workQueue } = nouns;
  const begin = (run: Row<"flow_run">) => run.start_time ?? run.expected_start_time ?? 0;
  const sorts: Sorts<Row<"flow_run">, FlowRunSort> = {
    ID_DESC: ({ id }) => [down(id)],
    START_TIME_ASC: (run) => [begin(run), run.id],
    START_TIME_DESC: (run) => [down(begin(run)), down(run.id)],
    EXPECTED_START_TIME_ASC: ({ expected_start_time, id }) => [expected_start_time ?? 0, id],
    EXPECTED_START_TIME_DESC: ({ expected_start_time, id }) => [down(expected_start_time ?? 0), down(id)],
    NAME_ASC: ({ name }) => [name],
    NAME_DESC: ({ name }) => [down(name)],
    NEXT_SCHEDULED_START_TIME_ASC: ({ next_scheduled_start_time, id }) => [next_scheduled_start_time ?? Infinity, id],
    END_TIME_DESC: ({ end_time, id }) => [down(end_time ?? 0), down(id)],
  };
  return {
    ...search("/flow_runs", flowRun.rows, sorts),
    readings: [
      pagesOf("flow_runs"),
      listOf("flow_runs"),
      countsByState("flow_runs"),
      countsByFlow("flow_runs", ({ flow_id }) => flow_id),
      pointsOfFlowRuns(),
      historyOf("flow_runs"),
      latenessOfFlowRuns(worldNow),
    ],
    list: { path: "/ui/flow_runs/list", sorts: Object.keys(sorts) },
    kinds: {
      flows: kindOf(flow),
      flow_runs: kindOf(flowRun),
      task_runs: kindOf(taskRun),
      deployments: kindOf(deployment),
      work_pools: kindOf(workPool),
      work_pool_queues: kindOf(workQueue),
    },
    selects: (asked: Asked, run) => {
      const queue = world.workQueues.filter(({ id }) => id === run.work_queue_id);
      return (
        flowRunMeets(nouns, asked, run, world) &&
        oneMeets(taskRun, asked.task_runs, tasksOf(world, run)) &&
        oneMeets(workQueue, asked.work_pool_queues, queue) &&
        oneMeets(
          workPool,
          asked.work_pools,
          world.workPools.filter(({ id }) => id === queue[0]?.work_pool_id),
        )
      );
    },
  };
}

export function taskRunSearch(world: World): Search<Row<"task_run">> {
  const nouns = runNouns(world);
  const { flow, flowRun, taskRun, deployment } = nouns;
  const ties = ({ expected_start_time, id }: Row<"task_run">) => [down(expected_start_time ?? 0), down(id)];
  const sorts: Sorts<Row<"task_run">, TaskRunSort> = {
    ID_DESC: ({ id }) => [down(id)],
    EXPECTED_START_TIME_ASC: ({ expected_start_time, id }) => [expected_start_time ?? 0, id],
    EXPECTED_START_TIME_DESC: ties,
    NAME_ASC: ({ name }) => [name],
    NAME_DESC: ({ name }) => [down(name)],
    NEXT_SCHEDULED_START_TIME_ASC: ({ next_scheduled_start_time, id }) => [next_scheduled_start_time ?? Infinity, id],
    END_TIME_DESC: ({ end_time, id }) => [down(end_time ?? 0), down(id)],
    DURATION_ASC: (run) => [runMicros(run, worldNow), ...ties(run)],
    DURATION_DESC: (run) => [down(runMicros(run, worldNow)), ...ties(run)],
  };
  return {
    ...search("/task_runs", taskRun.rows, sorts),
    readings: [
      pagesOf("task_runs"),
      listOf("task_runs"),
      countsByState("task_runs"),
      countsByFlow("task_runs", (run) => world.flowRuns.find(({ id }) => id === run.flow_run_id)?.flow_id ?? null),
      historyOf("task_runs"),
    ],
    list: { path: "/ui/task_runs/list", sorts: taskRunListSorts },
    kinds: {
      flows: kindOf(flow),
      flow_runs: kindOf(flowRun),
      task_runs: kindOf(taskRun),
      deployments: kindOf(deployment),
    },
    selects: (asked: Asked, row) =>
      isMet(taskRun, asked.task_runs, row) &&
      (isFree(asked.flow_runs, asked.flows, asked.deployments) ||
        world.flowRuns.some((run) => run.id === row.flow_run_id && flowRunMeets(nouns, asked, run, world))),
  };
}

export function artifactSearch(world: World): Search<Row<"artifact">> {
  const artifact = artifactNoun(world);
  const sorts: ArtifactSorts = {
    CREATED_DESC: ({ created, id }) => [down(created), down(id)],
    UPDATED_DESC: ({ updated, id }) => [down(updated), down(id)],
    ID_DESC: ({ id }) => [down(id)],
    KEY_DESC: ({ key, id }) => [key === null ? 1 : 0, down(key ?? ""), down(id)],
    KEY_ASC: ({ key, id }) => [key === null ? 1 : 0, key ?? "", id],
  };
  return { ...search("/artifacts", artifact.rows, sorts), ...ofRuns(world, artifact) };
}

/** Collections are sorted by what they are themselves, and narrowed by their newest artifact. */
export function collectionSearch(world: World): Search<Row<"artifact">> {
  const artifact = collectionNoun(world);
  const of = ({ id }: Row<"artifact">) =>
    world.collections.find(({ latest_id }) => latest_id === id) as Row<"artifact_collection">;
  const sorts: ArtifactSorts = {
    CREATED_DESC: (row) => [down(of(row).created), down(of(row).id)],
    UPDATED_DESC: (row) => [down(of(row).updated), down(of(row).id)],
    ID_DESC: (row) => [down(of(row).id)],
    KEY_DESC: (row) => [down(of(row).key)],
    KEY_ASC: (row) => [of(row).key],
  };
  return {
    ...search("/artifacts/latest", artifact.rows, sorts),
    ...ofRuns(world, artifact),
    idField: "latest_id",
    // Each of them has a key.
    alike: ["key.exists_"],
  };
}

export function logSearch(world: World): Search<Row<"log">> {
  const log = logNoun(world);
  const sorts: Sorts<Row<"log">, (typeof logSorts)[number]> = {
    TIMESTAMP_ASC: ({ timestamp, id }) => [timestamp, id],
    TIMESTAMP_DESC: ({ timestamp, id }) => [down(timestamp), down(id)],
  };
  return {
    ...search("/logs", log.rows, sorts),
    counts: false,
    kinds: { logs: kindOf(log) },
    selects: (asked: Asked, row) => isMet(log, asked.logs, row),
  };
}

type ArtifactSorts = Sorts<Row<"artifact">, (typeof artifactSorts)[number]>;

function search<R>(path: string, rows: readonly R[], sorts: Search<R>["sorts"]) {
  return { path, rows, sorts, counts: true, idField: "id", alike: [], readings: [] };
}

function ofRuns(world: World, artifact: Noun<Row<"artifact">>): Pick<Search<Row<"artifact">>, "kinds" | "selects"> {
  const nouns = runNouns(world);
  const { flow, flowRun, taskRun, deployment } = nouns;
  return {
    kinds: {
      artifacts: kindOf(artifact),
      flows: kindOf(flow),
      flow_runs: kindOf(flowRun),
      task_runs: kindOf(taskRun),
      deployments: kindOf(deployment),
    },
    selects: (asked: Asked, row) =>
      isMet(artifact, asked.artifacts, row) &&
      (isFree(asked.flow_runs, asked.flows, asked.deployments) ||
        world.flowRuns.some((run) => run.id === row.flow_run_id && flowRunMeets(nouns, asked, run, world))) &&
      oneMeets(
        taskRun,
        asked.task_runs,
        world.taskRuns.filter(({ id }) => id === row.task_run_id),
      ),
  };
}

/** What is asked of a flow run itself, of its flow and of its deployment. */
function flowRunMeets(
  { flow, flowRun, deployment }: RunNouns,
  asked: Asked,
  run: Row<"flow_run">,
  world: World,
): boolean {
  return (
    isMet(flowRun, asked.flow_runs, run) &&
    oneMeets(
      flow,
      asked.flows,
      world.flows.filter(({ id }) => id === run.flow_id),
    ) &&
    oneMeets(
      deployment,
      asked.deployments,
      world.deployments.filter(({ id }) => id === run.deployment_id),
    )
  );
}

function kindOf<R>(noun: Noun<R>): Kind {
  return { filter: noun.filter, leaves: leavesOf(noun.filter, noun, noun.rows) };
}

function tasksOf({ taskRuns }: World, run: Row<"flow_run">): readonly Row<"task_run">[] {
  return taskRuns.filter(({ flow_run_id }) => flow_run_id === run.id);
}

function poolsOf({ workQueues, workPools }: World, deployments: readonly Row<"deployment">[]) {
  const queues = workQueues.filter(({ id }) => deployments.some(({ work_queue_id }) => work_queue_id === id));
  return workPools.filter(({ id }) => queues.some(({ work_pool_id }) => work_pool_id === id));
}

function isMet<R>(noun: Noun<R>, filter: object | null | undefined, row: R): boolean {
  return meets(noun, filter, row) ?? true;
}

function oneMeets<R>(noun: Noun<R>, filter: object | null | undefined, rows: readonly R[]): boolean {
  return isFree(filter) || rows.some((row) => isMet(noun, filter, row));
}

function isFree(...filters: readonly (object | null | undefined)[]): boolean {
  return filters.every((filter) => filter === null || filter === undefined);
}

function down(value: number | string): SortKey {
  return { down: value };
}
