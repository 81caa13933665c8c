import {
  ArtifactCollectionFilter,
  ArtifactFilter,
  DeploymentFilter,
  FlowFilter,
  FlowRunFilter,
  LogFilter,
  TaskRunFilter,
  type TSchema,
  WorkPoolFilter,
  WorkQueueFilter,
} from "@ostinato/protocol";
import type { Oracle } from "./oracle.ts";
import type { Row, World } from "./world.ts";

/** What the tests know of a noun: its filter, its rows, and what each part of the filter looks at. */
export interface Noun<R> extends Oracle<R> {
  readonly filter: TSchema;
  readonly rows: readonly R[];
}

/** The nouns that criteria of runs ask about. */
export function runNouns(world: World) {
  const { flows, workPools, workQueues, deployments, flowRuns, taskRuns } = world;
  const flow: Noun<Row<"flow">> = {
    filter: FlowFilter,
    rows: flows,
    values: {
      id: ({ id }) => id,
      deployment: ({ id }) => deployments.filter(({ flow_id }) => flow_id === id),
      name: ({ name }) => name,
      tags: ({ tags }) => JSON.parse(tags),
    },
  };
  const flowRun: Noun<Row<"flow_run">> = {
    filter: FlowRunFilter,
    rows: flowRuns,
    values: {
      id: ({ id }) => id,
      name: ({ name }) => name,
      tags: ({ tags }) => JSON.parse(tags),
      deployment_id: ({ deployment_id }) => deployment_id,
      work_queue_name: ({ work_queue_name }) => work_queue_name,
      "state.type": ({ state_type }) => state_type,
      "state.name": ({ state_name }) => state_name,
      flow_version: ({ flow_version }) => flow_version,
      // A run that has not begun is looked for by when it is expected to.
      start_time: ({ start_time, expected_start_time }) => start_time ?? expected_start_time,
      "start_time.is_null_": ({ start_time }) => start_time,
      end_time: ({ end_time }) => end_time,
      expected_start_time: ({ expected_start_time }) => expected_start_time,
      next_scheduled_start_time: ({ next_scheduled_start_time }) => next_scheduled_start_time,
      parent_flow_run_id: ({ parent_task_run_id }) =>
        taskRuns.find(({ id }) => id === parent_task_run_id)?.flow_run_id ?? null,
      parent_task_run_id: ({ parent_task_run_id }) => parent_task_run_id,
      idempotency_key: ({ idempotency_key }) => idempotency_key,
      "created_by.id_": ({ created_by }) => JSON.parse(created_by ?? "{}").id,
      "created_by.type_": ({ created_by }) => JSON.parse(created_by ?? "{}").type,
      "created_by.is_null_": ({ created_by }) => created_by,
    },
  };
  const taskRun: Noun<Row<"task_run">> = {
    filter: TaskRunFilter,
    rows: taskRuns,
    values: {
      id: ({ id }) => id,
      name: ({ name }) => name,
      tags: ({ tags }) => JSON.parse(tags),
      "state.type": ({ state_type }) => state_type,
      "state.name": ({ state_name }) => state_name,
      start_time: ({ start_time }) => start_time,
      end_time: ({ end_time }) => end_time,
      expected_start_time: ({ expected_start_time }) => expected_start_time,
      subflow_runs: ({ id }) => flowRuns.filter(({ parent_task_run_id }) => parent_task_run_id === id),
      flow_run_id: ({ flow_run_id }) => flow_run_id,
    },
    joins: {
      // Being without a flow run goes before the ids, and the ids go before having one.
      flow_run_id: ({ any_, is_null_ }, asked) => (asked.is_null_ === true ? is_null_ : (any_ ?? is_null_)),
    },
  };
  const deployment: Noun<Row<"deployment">> = {
    filter: DeploymentFilter,
    rows: deployments,
    values: {
      id: ({ id }) => id,
      name: ({ name }) => name,
      flow_or_deployment_name: ({ name, flow_id }) => [name, flows.find(({ id }) => id === flow_id)?.name],
      paused: ({ paused }) => paused,
      tags: ({ tags }) => JSON.parse(tags),
      work_queue_name: ({ work_queue_name }) => work_queue_name,
      concurrency_limit: ({ concurrency_limit }) => concurrency_limit,
    },
  };
  const workPool: Noun<Row<"work_pool">> = {
    filter: WorkPoolFilter,
    rows: workPools,
    values: { id: ({ id }) => id, name: ({ name }) => name, type: ({ type }) => type },
  };
  const workQueue: Noun<Row<"work_queue">> = {
    filter: WorkQueueFilter,
    rows: workQueues,
    values: { id: ({ id }) => id, name: ({ name }) => name },
  };
  return { flow, flowRun, taskRun, deployment, workPool, workQueue };
}

export type RunNouns = ReturnType<typeof runNouns>;

export function artifactNoun({ artifacts }: World): Noun<Row<"artifact">> {
  return { filter: ArtifactFilter, rows: artifacts, values: { id: ({ id }) => id, ...valuesOfArtifact } };
}

/** A collection is looked for by the newest artifact under its key. */
export function collectionNoun({ artifacts, collections }: World): Noun<Row<"artifact">> {
  const newest = artifacts.filter(({ id }) => collections.some(({ latest_id }) => latest_id === id));
  return { filter: ArtifactCollectionFilter, rows: newest, values: { latest_id: ({ id }) => id, ...valuesOfArtifact } };
}

const valuesOfArtifact: Noun<Row<"artifact">>["values"] = {
  key: ({ key }) => key,
  flow_run_id: ({ flow_run_id }) => flow_run_id,
  task_run_id: ({ task_run_id }) => task_run_id,
  type: ({ type }) => type,
};

export function logNoun({ logs }: World): Noun<Row<"log">> {
  return {
    filter: LogFilter,
    rows: logs,
    values: {
      level: ({ level }) => level,
      timestamp: ({ timestamp }) => timestamp,
      flow_run_id: ({ flow_run_id }) => flow_run_id,
      task_run_id: ({ task_run_id }) => task_run_id,
      text: ({ message, name }) => [message, name],
    },
  };
}
