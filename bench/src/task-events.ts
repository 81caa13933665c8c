import { randomUUID } from "node:crypto";

const states = [
  ["PENDING", "Pending"],
  ["RUNNING", "Running"],
  ["COMPLETED", "Completed"],
] as const;

/** The events of task runs from Pending over Running to Completed, in a client's form. */
export function taskEvents(flowRunId: string, tasks: number): readonly unknown[] {
  return Array.from({ length: tasks }, () => randomUUID()).flatMap((id, index) => {
    let follows: string | null = null;
    return states.map(([type, name], step) => {
      const event = taskEvent({ id, index, type, name, step, follows, flowRunId });
      follows = event.id;
      return event;
    });
  });
}

interface Told {
  readonly id: string;
  readonly index: number;
  readonly type: string;
  readonly name: string;
  readonly step: number;
  readonly follows: string | null;
  readonly flowRunId: string;
}

function taskEvent({ id, index, type, name, step, follows, flowRunId }: Told) {
  const occurred = new Date(Date.now() + step).toISOString();
  return {
    occurred,
    event: `prefect.task-run.${name}`,
    id: randomUUID(),
    follows,
    resource: {
      "prefect.resource.id": `prefect.task-run.${id}`,
      "prefect.resource.name": `task-${index}`,
      "prefect.run-count": step === 0 ? "0" : "1",
      "prefect.state-message": "",
      "prefect.state-name": name,
      "prefect.state-timestamp": occurred,
      "prefect.state-type": type,
      "prefect.orchestration": "client",
    },
    related: [
      {
        "prefect.resource.id": `prefect.flow-run.${flowRunId}`,
        "prefect.resource.role": "flow-run",
        "prefect.resource.name": "bench",
      },
    ],
    payload: {
      intended: { from: step === 0 ? null : states[step - 1]?.[0], to: type },
      initial_state: null,
      validated_state: { type, name, message: "", state_details: {}, data: null },
      task_run: {
        name: `task-${index}`,
        task_key: `bench-${id}`,
        dynamic_key: "0",
        empirical_policy: { retries: 0, retry_delay: 0 },
        tags: [],
        labels: {},
        task_inputs: {},
        run_count: step === 0 ? 0 : 1,
        flow_run_run_count: 1,
        expected_start_time: occurred,
        start_time: step === 0 ? null : occurred,
        end_time: step === 2 ? occurred : null,
        total_run_time: 0,
      },
    },
  };
}
