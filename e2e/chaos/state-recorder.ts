import { randomUUID } from "node:crypto";
import { patiently, pause, request } from "./api.ts";

/**
 * A client in Prefect's style, which knows only the server's answers: it creates runs with an idempotency key, proposes states with a
 * transition id, and repeats both unchanged when no answer came.
 */
export interface StateRecorder {
  stop(): Promise<RecordedStates>;
}

export interface RecordedStates {
  /** Acknowledged states by the id of their flow run, in order. */
  readonly states: ReadonlyMap<string, readonly string[]>;
  /** Log lines whose request was answered. */
  readonly logLines: ReadonlyMap<string, readonly string[]>;
  /** Answers that were wrong. */
  readonly wrong: readonly string[];
}

interface State {
  readonly id: string;
  readonly type: string;
  readonly state_details: { readonly transition_id?: string | null };
}

interface Decision {
  readonly status: "ACCEPT" | "REJECT" | "ABORT" | "WAIT";
  readonly state: State | null;
}

const restMillis = 60;
const retriedEvery = 3;
const linesPerRun = 5;

export function startStateRecorder(apiUrl: string, count = 2): StateRecorder {
  const states = new Map<string, string[]>();
  const logLines = new Map<string, string[]>();
  const wrong: string[] = [];
  let stopped = false;
  let rounds = 0;

  async function round(): Promise<void> {
    rounds += 1;
    const retried = rounds % retriedEvery === 0;
    const flow = await patiently<{ id: string }>(`${apiUrl}/flows/`, { name: "recorder" });
    const creation = {
      flow_id: flow.id,
      idempotency_key: randomUUID(),
      empirical_policy: { retries: 1, retry_delay: 0 },
      state: { type: "PENDING", name: "Pending" },
    };
    const run = await patiently<{ id: string; state: State }>(`${apiUrl}/flow_runs/`, creation);
    const own = [run.state.id];
    states.set(run.id, own);
    const reach = async (proposed: string, expected: string) => {
      const state = await propose(run.id, proposed);
      if (state?.type === expected) own.push(state.id);
      else wrong.push(`flow run ${run.id}: ${proposed} came to ${state?.type}, expected ${expected}`);
    };
    await reach("RUNNING", "RUNNING");
    if (retried) {
      await reach("FAILED", "SCHEDULED");
      await reach("RUNNING", "RUNNING");
    }
    await writeLines(run.id);
    await reach("COMPLETED", "COMPLETED");
  }

  /** Proposes until there is an answer, and returns the resulting state of the run. */
  async function propose(id: string, type: string): Promise<State | null> {
    const state = { type, state_details: { transition_id: randomUUID() } };
    for (;;) {
      const { status, state: current } = await patiently<Decision>(`${apiUrl}/flow_runs/${id}/set_state`, { state });
      if (status !== "WAIT") return current;
      await pause(restMillis);
    }
  }

  /** Without retries: lines have no ids here, so a repetition could store them twice. */
  async function writeLines(flowRunId: string): Promise<void> {
    const lines = Array.from({ length: linesPerRun }, () => randomUUID());
    const body = lines.map((message) => ({
      name: "recorder",
      level: 20,
      message,
      timestamp: new Date().toISOString(),
      flow_run_id: flowRunId,
    }));
    const answer = await request(`${apiUrl}/logs/`, body);
    if (answer.kind === "answered") logLines.set(flowRunId, lines);
    if (answer.kind === "refused") wrong.push(`log lines of ${flowRunId}: ${answer.why}`);
  }

  async function run(): Promise<void> {
    while (!stopped) {
      await round().catch((error) => wrong.push(String(error)));
      await pause(restMillis);
    }
  }

  const running = Promise.all(Array.from({ length: count }, run));
  return {
    async stop() {
      stopped = true;
      await running;
      return { states, logLines, wrong };
    },
  };
}
