import { formatTimestamp, type StateType, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { EventCreate } from "@ostinato/protocol";

export interface TaskRunEventOptions {
  readonly id?: string;
  readonly taskRunId: string;
  readonly flowRunId: string | null;
  readonly type: StateType;
  readonly occurred: Timestamp;
  readonly name?: string;
  readonly taskKey?: string;
  readonly dynamicKey?: string;
  readonly run?: Readonly<Record<string, unknown>>;
  /** Of the state. */
  readonly data?: unknown;
  readonly values?: unknown;
}

/** An event as Prefect's clients send it, for tests. */
export function taskRunEvent(options: TaskRunEventOptions): EventCreate {
  const { taskRunId, flowRunId, type, occurred } = options;
  const name = options.name ?? `${type.charAt(0)}${type.slice(1).toLowerCase()}`;
  return {
    id: options.id ?? timeOrderedId(occurred),
    occurred: formatTimestamp(occurred),
    event: `prefect.task-run.${name}`,
    follows: null,
    resource: {
      "prefect.resource.id": `prefect.task-run.${taskRunId}`,
      "prefect.resource.name": "add-003",
      "prefect.run-count": "1",
      "prefect.state-message": "",
      "prefect.state-name": name,
      "prefect.state-timestamp": formatTimestamp(occurred),
      "prefect.state-type": type,
      "prefect.orchestration": "client",
    },
    related: flowRunId === null ? [] : relatedTo(flowRunId),
    payload: {
      intended: { from: null, to: type },
      initial_state: null,
      validated_state: { type, name, message: "", state_details: {}, data: options.data ?? null },
      task_run: {
        name: "add-003",
        task_key: options.taskKey ?? "add-d943deb9",
        dynamic_key: options.dynamicKey ?? taskRunId,
        empirical_policy: { max_retries: 0, retry_delay_seconds: 0, retries: 0, retry_delay: 0 },
        tags: ["a"],
        labels: {},
        task_inputs: { x: [], y: [] },
        run_count: type === "PENDING" ? 0 : 1,
        flow_run_run_count: 1,
        expected_start_time: formatTimestamp(occurred),
        total_run_time: 0,
        ...options.run,
      },
      ...(options.values === undefined ? {} : { ostinato: options.values }),
    },
  };
}

function relatedTo(flowRunId: string) {
  return [
    {
      "prefect.resource.id": `prefect.flow-run.${flowRunId}`,
      "prefect.resource.role": "flow-run",
      "prefect.resource.name": "amusing-bull",
    },
    {
      "prefect.resource.id": "prefect.flow.b7eaf3a1-b890-4649-9183-a934e79a0498",
      "prefect.resource.role": "flow",
      "prefect.resource.name": "hello",
    },
  ];
}
