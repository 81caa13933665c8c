import { randomUUID } from "node:crypto";
import type { Connections } from "../http-load.ts";

/** Fixtures of the measured pages, recorded through the API. */
export interface Scene {
  readonly flowRunId: string;
  readonly path: string;
}

export async function startRun(server: Connections, name: string): Promise<string> {
  const flow = await server.json<{ id: string }>("POST", "/flows/", { name: "bench-ui" });
  const run = await server.json<{ id: string }>("POST", "/flow_runs/", {
    flow_id: flow.id,
    name,
    state: { type: "PENDING" },
  });
  await setState(server, run.id, "RUNNING");
  return run.id;
}

export function setState(server: Connections, flowRunId: string, type: string): Promise<unknown> {
  return server.json("POST", `/flow_runs/${flowRunId}/set_state`, { state: { type }, force: true });
}

const kinds = 40;
/** The server's limit for the events of one request. */
const maxAtOnce = 2000;

/** A finished run of 40 tasks that are called again and again; each call takes a result of the previous task. */
export async function runOfTasks(server: Connections, count: number): Promise<Scene> {
  const flowRunId = await startRun(server, `of-${count}-tasks`);
  const width = Math.ceil(count / kinds);
  const begin = Date.now() - 600_000;
  const ids = Array.from({ length: count }, () => randomUUID());
  const events = ids.map((id, index) => {
    const kind = Math.floor(index / width);
    return finishedTask({
      id,
      flowRunId,
      key: `step-${String(kind).padStart(2, "0")}`,
      number: index % width,
      start: begin + kind * 10_000 + (index % width) * 7,
      took: 2000 + ((index * 7919) % 9000),
      parent: ids[index - width],
    });
  });
  for (let from = 0; from < count; from += maxAtOnce)
    await server.json("POST", "/events", events.slice(from, from + maxAtOnce));
  await setState(server, flowRunId, "COMPLETED");
  return { flowRunId, path: `runs/flow-run/${flowRunId}` };
}

export const failingLine = "it broke here";

/** A failed run with a long log; the line with the error is at seven tenths of it. */
export async function runOfLines(server: Connections, count: number): Promise<Scene> {
  const flowRunId = await startRun(server, `of-${count}-lines`);
  const begin = Date.now() - 600_000;
  const failing = Math.floor(count * 0.7);
  for (let from = 0; from < count; from += 10_000) {
    const length = Math.min(10_000, count - from);
    const lines = Array.from({ length }, (_, index) => ({
      name: "ostinato.flow_runs",
      level: from + index === failing ? 40 : 20,
      message:
        from + index === failing ? failingLine : `line ${from + index + 1} says what happens, as long as most are`,
      timestamp: new Date(begin + (from + index) / 10).toISOString(),
      flow_run_id: flowRunId,
    }));
    await server.json("POST", "/logs/", lines);
  }
  await setState(server, flowRunId, "FAILED");
  return { flowRunId, path: `runs/flow-run/${flowRunId}` };
}

interface FinishedTask {
  readonly id: string;
  readonly flowRunId: string;
  readonly key: string;
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly took: number;
  readonly parent: string | undefined;
}

/** The event that contains everything about a finished task run. */
function finishedTask({ id, flowRunId, key, number, start, took, parent }: FinishedTask) {
  const at = (millis: number) => new Date(millis).toISOString();
  const name = `${key}-${number}`;
  return {
    id: randomUUID(),
    occurred: at(start + took),
    event: "prefect.task-run.Completed",
    follows: null,
    resource: {
      "prefect.resource.id": `prefect.task-run.${id}`,
      "prefect.resource.name": name,
      "prefect.run-count": "1",
      "prefect.state-name": "Completed",
      "prefect.state-type": "COMPLETED",
      "prefect.state-timestamp": at(start + took),
      "prefect.orchestration": "client",
    },
    related: [{ "prefect.resource.id": `prefect.flow-run.${flowRunId}`, "prefect.resource.role": "flow-run" }],
    payload: {
      intended: { from: "RUNNING", to: "COMPLETED" },
      initial_state: null,
      validated_state: { type: "COMPLETED", name: "Completed", message: "", state_details: {}, data: null },
      task_run: {
        name,
        task_key: key,
        dynamic_key: String(number),
        empirical_policy: { retries: 0 },
        tags: [],
        labels: {},
        task_inputs: { input: parent === undefined ? [] : [{ input_type: "task_run", id: parent }] },
        run_count: 1,
        flow_run_run_count: 1,
        expected_start_time: at(start),
        start_time: at(start),
        end_time: at(start + took),
        total_run_time: took / 1000,
      },
    },
  };
}
