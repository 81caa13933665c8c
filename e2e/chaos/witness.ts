import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import type { Random } from "./random.ts";

/**
 * A client that does nothing but write down what the server has acknowledged: states of flow runs by their answers, events by
 * the pong behind them. It sends events twice and in any order, as clients do that have lost their connection.
 */
export interface Witness {
  stop(): Promise<Testimony>;
}

export interface Testimony {
  readonly flowRuns: ReadonlyMap<string, readonly string[]>;
  /** Task runs whose three events were acknowledged, by the id of the flow run. */
  readonly taskRuns: ReadonlyMap<string, readonly string[]>;
  readonly events: readonly string[];
}

export function startWitness(apiUrl: string, random: Random): Witness {
  const flowRuns = new Map<string, string[]>();
  const taskRuns = new Map<string, string[]>();
  const events: string[] = [];
  let stopped = false;

  async function round(): Promise<void> {
    const flow = await post<{ id: string }>(apiUrl, "/flows/", { name: "witness" });
    const run = await post<{ id: string; state: { id: string } }>(apiUrl, "/flow_runs/", { flow_id: flow.id });
    const states = [run.state.id];
    flowRuns.set(run.id, states);
    for (const type of ["RUNNING", "COMPLETED"]) {
      if (type === "COMPLETED") await sendEvents(run.id);
      const { status, state } = await post<{ status: string; state: { id: string } }>(
        apiUrl,
        `/flow_runs/${run.id}/set_state`,
        { state: { type, state_details: { transition_id: randomUUID() } } },
      );
      if (status === "ACCEPT") states.push(state.id);
    }
  }

  async function sendEvents(flowRunId: string): Promise<void> {
    const tasks = Array.from({ length: 20 }, () => randomUUID());
    const all = tasks.flatMap((id) => taskEvents(flowRunId, id));
    // Half of them twice, all shuffled.
    const sent = random.shuffled([...all, ...all.filter(() => random.next() < 0.5)]);
    for (;;) {
      if (stopped) return;
      try {
        await sendDurably(apiUrl, sent);
        break;
      } catch {
        await pause(50);
      }
    }
    events.push(...all.map(({ id }) => id));
    taskRuns.set(flowRunId, tasks);
  }

  async function run(): Promise<void> {
    while (!stopped) {
      await round().catch(() => pause(50));
      await pause(20);
    }
  }

  const running = Promise.all([run(), run()]);
  return {
    async stop() {
      stopped = true;
      await running;
      return { flowRuns, taskRuns, events };
    },
  };
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

async function post<T>(apiUrl: string, path: string, body: unknown): Promise<T> {
  const response = await fetch(apiUrl + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as T;
}

async function sendDurably(apiUrl: string, events: readonly object[]): Promise<void> {
  const socket = new WebSocket(`${apiUrl.replace("http", "ws")}/events/in`, "prefect");
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("closed")));
      socket.once("open", () => socket.send(JSON.stringify({ type: "auth", token: null })));
      socket.once("message", () => {
        for (const event of events) socket.send(JSON.stringify(event));
        socket.once("pong", () => resolve());
        socket.ping();
      });
    });
  } finally {
    socket.terminate();
  }
}

function taskEvents(flowRunId: string, id: string): readonly { readonly id: string }[] {
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
        "prefect.resource.name": "witnessed",
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
          name: "witnessed",
          task_key: "witnessed",
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
      },
    };
  });
}
