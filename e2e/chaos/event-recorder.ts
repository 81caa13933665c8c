import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import { patiently, pause } from "./api.ts";
import type { Random } from "./random.ts";
import { otherEvent, type SentEvent, taskRunEvents } from "./sent-events.ts";

/**
 * Sends states of task runs with their results, and other events, twice, in any order and over two connections at once, as clients do after
 * a lost connection. It records the events that the server acknowledged by a pong.
 */
export interface EventRecorder {
  stop(): Promise<RecordedEvents>;
}

export interface RecordedEvents {
  readonly events: readonly string[];
  /** Task runs with acknowledged events, by the id of the flow run, with the result of each. */
  readonly taskRuns: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const tasksPerRound = 10;
const othersPerRound = 5;
const restMillis = 100;
const retryMillis = 50;
const silenceMillis = 15_000;

export function startEventRecorder(apiUrl: string, random: Random): EventRecorder {
  const events: string[] = [];
  const taskRuns = new Map<string, Map<string, string>>();
  let stopped = false;

  async function round(): Promise<void> {
    const flow = await patiently<{ id: string }>(`${apiUrl}/flows/`, { name: "event recorder" });
    const run = await patiently<{ id: string }>(`${apiUrl}/flow_runs/`, {
      flow_id: flow.id,
      idempotency_key: randomUUID(),
      state: { type: "COMPLETED" },
    });
    const results = new Map(Array.from({ length: tasksPerRound }, () => [randomUUID(), randomUUID()]));
    const all = [
      ...[...results].flatMap(([id, result]) => taskRunEvents({ flowRunId: run.id, id, result })),
      ...Array.from({ length: othersPerRound }, otherEvent),
    ];
    const copies = () => random.shuffled([...all, ...all.filter(() => random.next() < 0.5)]);
    await Promise.all([send(copies()), send(copies())]);
    events.push(...all.map(({ id }) => id));
    taskRuns.set(run.id, results);
  }

  async function send(sent: readonly SentEvent[]): Promise<void> {
    while (!(await sendDurably(apiUrl, sent))) await pause(retryMillis);
  }

  const running = (async () => {
    while (!stopped) {
      await round();
      await pause(restMillis);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await running;
      return { events, taskRuns };
    },
  };
}

/** Whether the server acknowledged all events. */
async function sendDurably(apiUrl: string, events: readonly SentEvent[]): Promise<boolean> {
  const socket = new WebSocket(`${apiUrl.replace("http", "ws")}/events/in`, "prefect", {
    handshakeTimeout: silenceMillis,
  });
  const silence = setTimeout(() => socket.terminate(), silenceMillis);
  try {
    return await new Promise<boolean>((resolve) => {
      socket.on("error", () => {});
      socket.once("close", () => resolve(false));
      socket.once("open", () => socket.send(JSON.stringify({ type: "auth", token: null })));
      socket.once("message", () => {
        for (const event of events) socket.send(JSON.stringify(event));
        socket.once("pong", () => resolve(true));
        socket.ping();
      });
    });
  } finally {
    clearTimeout(silence);
    socket.terminate();
  }
}
