import type { MessagePort } from "node:worker_threads";
import { createClient, type Transport, type TransportResponse } from "@ostinato/client";
import { systemClock, TimerQueue } from "@ostinato/core";
import { context, type RunContext } from "../context.ts";
import { toError, UsageError } from "../errors.ts";
import { captureOutput, endOutput } from "../logging/output-capture.ts";
import { localResultStore } from "../results/local-result-store.ts";
import { Scope } from "../scope.ts";
import { onRevealed, revealTexts } from "../secrets/redaction.ts";
import type { Session } from "../session/session.ts";
import type { TaskDefinition } from "../task/task-definition.ts";
import { packError, unpackError } from "./thread-errors.ts";
import type { FromThread, ThreadJob, ThreadOutcome, ToThread } from "./thread-messages.ts";
import { createThreadRegistry } from "./thread-registry.ts";
import { packSecrets, unpackSecrets } from "./thread-values.ts";

const registry = createThreadRegistry();

/** Runs one job in this thread. */
export async function runJob(job: ThreadJob): Promise<ThreadOutcome> {
  const line = talk(job.port);
  revealTexts(job.revealed);
  const stopTelling = onRevealed((text) => line.send({ type: "revealed", text }));
  try {
    const { fn } = await findTask(job);
    if (job.logPrints) captureOutput();
    const args = job.args.map(unpackSecrets);
    const run = contextOf(job, line);
    try {
      return { ok: true, value: packSecrets(await context.run(run, async () => fn(...(args as never[])))) };
    } finally {
      if (job.logPrints) endOutput(run);
    }
  } catch (error) {
    return { ok: false, error: packError(toError(error)) };
  } finally {
    stopTelling();
    job.port.close();
  }
}

/**
 * The task, made by its module. The module may never end loading, because it waits for a flow that does not run here: the
 * task is there as soon as the line that makes it has run.
 */
async function findTask({ module, taskKey, taskRun }: ThreadJob): Promise<TaskDefinition> {
  const loading = import(module);
  return await new Promise((resolve, reject) => {
    const look = () => {
      const found = registry.tasks.get(taskKey);
      if (found === undefined) return;
      registry.onTask.delete(look);
      resolve(found);
    };
    registry.onTask.add(look);
    look();
    loading.then(() => {
      if (registry.tasks.has(taskKey)) return;
      registry.onTask.delete(look);
      reject(
        new UsageError(
          `Task "${taskRun.taskName}" runs in a thread, and loading ${module} there does not make it: call task() at the top of the module`,
        ),
      );
    }, reject);
  });
}

interface Line {
  readonly transport: Transport;
  readonly signal: AbortSignal;
  send(message: FromThread): void;
}

function talk(port: MessagePort): Line {
  const controller = new AbortController();
  const waiting = new Map<number, PromiseWithResolvers<TransportResponse>>();
  let number = 0;
  const send = (message: FromThread) => port.postMessage(message);
  port.on("message", (message: ToThread) => {
    if (message.type === "abort") return controller.abort(unpackError(message.error));
    const { resolve, reject } = waiting.get(message.number) ?? {};
    waiting.delete(message.number);
    if (message.type === "response") resolve?.(message.response);
    else reject?.(new Error(message.message));
  });
  return {
    signal: controller.signal,
    send,
    transport({ method, path, headers, body }) {
      number += 1;
      const answer = Promise.withResolvers<TransportResponse>();
      waiting.set(number, answer);
      send({ type: "request", number, request: { method, path, headers, ...(body === undefined ? {} : { body }) } });
      return answer.promise;
    },
  };
}

function contextOf(job: ThreadJob, line: Line): RunContext {
  const { flowRun, taskRun, logPrints } = job;
  const session = threadSession(job, line);
  const inputs = new Map([...taskRun.inputs].map(([name, value]) => [name, unpackSecrets(value)]));
  return {
    scope: new Scope({
      session,
      clock: session.clock,
      flowRunId: flowRun?.id,
      attempt: flowRun?.attempt ?? 0,
      related: [],
      limiter: undefined,
      logPrints,
      persist: false,
      kept: undefined,
    }),
    flowRun:
      flowRun === undefined
        ? undefined
        : { ...flowRun, parameters: unpackSecrets(flowRun.parameters), signal: line.signal },
    taskRun: { ...taskRun, inputs, logPrints, callIdentity: undefined, signal: line.signal },
  };
}

/** The main thread's session, as far as the code of a task needs it. */
function threadSession({ baseUrl, uiUrl, server }: ThreadJob, line: Line): Session {
  const clock = systemClock();
  return {
    connection: { baseUrl, transport: line.transport, inProcess: true },
    transport: line.transport,
    client: createClient({ baseUrl, transport: line.transport }),
    events: {
      send: refuse,
      room: undefined,
      unacknowledged: 0,
      unacknowledgedTexts: () => [],
      flush: async () => {},
      hold() {},
      close: async () => {},
    },
    logs: {
      add: (log) => line.send({ type: "log", line: log }),
      room: undefined,
      unacknowledgedTexts: () => [],
      forget() {},
      flush: async () => {},
      close: async () => {},
    },
    clock,
    timers: new TimerQueue(clock),
    server,
    process: undefined,
    deputy: undefined,
    results: localResultStore(),
    telling: new Set(),
    flowIds: new Map(),
    uiUrl,
    hold: () => () => {},
    close: async () => {},
  };
}

function refuse(): never {
  throw new UsageError("Tasks and flows cannot be called from a task that runs in a thread: call them from the flow");
}
