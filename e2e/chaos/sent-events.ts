import { randomUUID } from "node:crypto";

/** An event in the form that clients send. */
export interface SentEvent {
  readonly id: string;
}

export interface RecordedTask {
  readonly flowRunId: string;
  readonly id: string;
  /** The result of the task run. */
  readonly result: string;
}

/** The three states of a finished task run, the last one with its result. */
export function taskRunEvents({ flowRunId, id, result }: RecordedTask): readonly SentEvent[] {
  const begun = Date.now();
  return (["PENDING", "RUNNING", "COMPLETED"] as const).map((type, step) => {
    const name = type.charAt(0) + type.slice(1).toLowerCase();
    const occurred = new Date(begun + step).toISOString();
    return {
      id: randomUUID(),
      occurred,
      event: `prefect.task-run.${name}`,
      follows: null,
      resource: {
        "prefect.resource.id": `prefect.task-run.${id}`,
        "prefect.resource.name": "recorded",
        "prefect.state-name": name,
        "prefect.state-type": type,
        "prefect.orchestration": "client",
      },
      related: [{ "prefect.resource.id": `prefect.flow-run.${flowRunId}`, "prefect.resource.role": "flow-run" }],
      payload: {
        intended: { from: null, to: type },
        initial_state: null,
        validated_state: { type, name, message: "", state_details: {}, data: null },
        task_run: {
          name: "recorded",
          task_key: "recorded",
          dynamic_key: id,
          empirical_policy: {},
          tags: [],
          labels: {},
          task_inputs: {},
          run_count: step === 0 ? 0 : 1,
          flow_run_run_count: 1,
          expected_start_time: occurred,
          total_run_time: 0,
        },
        ...(type === "COMPLETED" ? { ostinato: { result: keptResult(result) } } : {}),
      },
    };
  });
}

function keptResult(value: string) {
  const preview = { kind: "scalar", size_bytes: value.length, truncated: false, value };
  return { format: "devalue", data: JSON.stringify([value]), preview, identity: value };
}

/** An event about a resource that the server does not know. */
export function otherEvent(): SentEvent & Record<string, unknown> {
  return {
    id: randomUUID(),
    occurred: new Date().toISOString(),
    event: "chaos.happened",
    resource: { "prefect.resource.id": `chaos.${randomUUID()}` },
    related: [],
    payload: { why: "to be kept" },
  };
}
