import type { MessagePort } from "node:worker_threads";
import { createClient, type Transport, type TransportResponse } from "@ostinato/client";
import { systemClock } from "@ostinato/core";
import { context, type RunContext } from "../context.ts";
import { toError, UsageError } from "../errors.ts";
import { captureOutput, endOutput } from "../logging/output-capture.ts";
import { onRevealed, revealTexts } from "../secrets/redaction.ts";
import { packError, unpackError } from "./thread-errors.ts";
import type { FromThread, ThreadJob, ThreadOutcome, ThreadTask, ToThread } from "./thread-messages.ts";
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
 * Finds the task made by its module. The module may never finish loading, because it awaits a flow that does not run here; the task exists
 * as soon as the line that makes it has run.
 */
async function findTask({ module, taskKey, taskRun }: ThreadJob): Promise<ThreadTask> {
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

/** The thread has the part of the session that code inside a run uses, and no other. */
function contextOf(job: ThreadJob, { transport, send, signal }: Line): RunContext {
  const { baseUrl, uiUrl, server, flowRun, taskRun, logPrints } = job;
  const inputs = new Map([...taskRun.inputs].map(([name, value]) => [name, unpackSecrets(value)]));
  return {
    session: {
      client: createClient({ baseUrl, transport }),
      server,
      uiUrl,
      events: { send: (event) => send({ type: "event", event }) },
      logs: { add: (line) => send({ type: "log", line }) },
      clock: systemClock(),
    },
    scope: undefined,
    flowRun: flowRun === undefined ? undefined : { ...flowRun, parameters: unpackSecrets(flowRun.parameters), signal },
    taskRun: { ...taskRun, inputs, logPrints, callIdentity: undefined, signal },
  };
}
