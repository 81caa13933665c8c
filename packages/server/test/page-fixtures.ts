import { addSeconds, formatTimestamp, type Timestamp, timeOrderedId, toTimestamp } from "@ostinato/core";
import type { Flow } from "@ostinato/protocol";
import type { TestServer } from "./harness.ts";

/** Creates runs for tests of pages through the API of a server. Moments are seconds after `noon`. */
export interface Story {
  readonly noon: Timestamp;
  at(seconds: number): string;
  flow(name: string): Promise<string>;
  flowRun(flowId: string, given: StoryRun): Promise<string>;
  taskRun(flowRunId: string | null, given: StoryTask): Promise<string>;
  logs(lines: readonly StoryLine[]): Promise<void>;
}

interface StoryState {
  readonly type: string;
  readonly at: number;
  readonly name?: string;
  readonly message?: string;
  readonly details?: object;
  readonly data?: object;
}

interface StoryRun {
  readonly states: readonly StoryState[];
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly parameters?: object;
  readonly parent?: string;
}

interface StoryTask {
  readonly states: readonly StoryState[];
  readonly name?: string;
  readonly key?: string;
  readonly inputs?: object;
  readonly values?: object;
  readonly flowRunAttempt?: number;
}

interface StoryLine {
  readonly at: number;
  readonly message: string;
  readonly level?: number;
  readonly flowRun?: string;
  readonly taskRun?: string;
}

export function story(server: TestServer): Story {
  const noon = toTimestamp("2026-03-01T12:00:00Z");
  const moment = (seconds: number) => addSeconds(noon, seconds);
  const at = (seconds: number) => formatTimestamp(moment(seconds));
  let made = 0;

  async function told(path: string, body: unknown): Promise<void> {
    const reply = await server.call("POST", path, body);
    if (reply.status >= 300) throw new Error(`${path} answered ${reply.status}: ${JSON.stringify(reply.body)}`);
  }

  const stateOf = ({ type, name = title(type), message = "", details = {}, data }: StoryState) => ({
    type,
    name,
    message,
    state_details: details,
    data: data ?? null,
  });

  return {
    noon,
    at,
    flow: async (name) => (await server.call<Flow>("POST", "/flows/", { name })).body.id,
    async flowRun(flowId, { states, name, tags = [], parameters = {}, parent }) {
      const id = timeOrderedId(moment(states[0]?.at ?? 0));
      const run = {
        id,
        flow_id: flowId,
        name: name ?? `run-${made++}`,
        tags,
        parameters,
        ...(parent === undefined ? {} : { parent_task_run_id: parent }),
        states: states.map((state) => ({
          type: state.type,
          name: state.name,
          message: state.message,
          timestamp: at(state.at),
        })),
      };
      await told("/ostinato/import", { flow_runs: [JSON.parse(JSON.stringify(run))] });
      return id;
    },
    async taskRun(flowRunId, { states, name = "task", key = name, inputs = {}, values, flowRunAttempt = 1 }) {
      const id = timeOrderedId(moment(states[0]?.at ?? 0));
      const dynamicKey = String(made++);
      const events = states.map((state, index) => ({
        id: timeOrderedId(moment(state.at)),
        occurred: at(state.at),
        event: `prefect.task-run.${state.name ?? title(state.type)}`,
        resource: {
          "prefect.resource.id": `prefect.task-run.${id}`,
          "prefect.resource.name": name,
          "prefect.orchestration": "client",
          "prefect.state-type": state.type,
          "prefect.state-name": state.name ?? title(state.type),
        },
        related:
          flowRunId === null
            ? []
            : [{ "prefect.resource.id": `prefect.flow-run.${flowRunId}`, "prefect.resource.role": "flow-run" }],
        payload: {
          intended: { from: null, to: state.type },
          initial_state: null,
          validated_state: stateOf(state),
          task_run: {
            name,
            task_key: key,
            dynamic_key: dynamicKey,
            empirical_policy: {},
            tags: [],
            labels: {},
            task_inputs: inputs,
            run_count: states.slice(0, index + 1).filter(({ type }) => type === "RUNNING").length,
            flow_run_run_count: flowRunAttempt,
            expected_start_time: at(states[0]?.at ?? 0),
            ...timesAfter(states.slice(0, index + 1), at),
          },
          ...(index === 0 && values !== undefined ? { ostinato: values } : {}),
        },
      }));
      await told("/events", events);
      return id;
    },
    logs: (lines) =>
      told(
        "/logs/",
        lines.map((line) => ({
          name: "test",
          level: line.level ?? 20,
          message: line.message,
          timestamp: at(line.at),
          flow_run_id: line.flowRun ?? null,
          task_run_id: line.taskRun ?? null,
        })),
      ),
  };
}

function timesAfter(states: readonly StoryState[], at: (seconds: number) => string) {
  const started = states.find(({ type }) => type === "RUNNING");
  const ended = states.findLast(({ type }) => ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"].includes(type));
  return {
    ...(started === undefined ? {} : { start_time: at(started.at) }),
    ...(ended === undefined ? {} : { end_time: at(ended.at) }),
    total_run_time: started === undefined || ended === undefined ? 0 : ended.at - started.at,
  };
}

function title(type: string): string {
  return type.charAt(0) + type.slice(1).toLowerCase();
}
