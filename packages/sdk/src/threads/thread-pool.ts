import { availableParallelism } from "node:os";
import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { authHeaders } from "@ostinato/client";
import type { Piscina } from "piscina";
import type { FlowRunView, TaskRunView } from "../context.ts";
import { UsageError } from "../errors.ts";
import { Limiter } from "../run/limiter.ts";
import type { Scope } from "../scope.ts";
import { revealedTexts, revealTexts } from "../secrets/redaction.ts";
import { packError, unpackError } from "./thread-errors.ts";
import type { FromThread, ThreadJob, ThreadOutcome, ThreadTask, ToThread } from "./thread-messages.ts";
import { packSecrets, unpackSecrets } from "./thread-values.ts";

/** The part of a task run that its worker thread needs. */
export interface ThreadRun extends TaskRunView {
  readonly definition: ThreadTask;
  readonly scope: Scope;
  readonly flowRun: FlowRunView | undefined;
}

/** How long a thread may take to end by itself after its signal was aborted. A busy one is then terminated. */
const graceMillis = 500;
const idleMillis = 10_000;

/** One thread per processor. */
const threadsAtMost = availableParallelism();
/** Tasks wait here for a thread rather than in the pool, which forgets its queue when threads are terminated. */
const places = new Limiter(threadsAtMost);

let pool: Promise<Piscina> | undefined;

/** Runs the function of the task in a worker thread: same states, logs, artifacts and cancellation as in the main thread. */
export async function runInThread(run: ThreadRun, args: readonly unknown[]): Promise<unknown> {
  await places.acquire();
  try {
    // The run may have ended while it waited.
    run.signal.throwIfAborted();
    return await runAtOnce(run, args);
  } finally {
    places.release();
  }
}

async function runAtOnce(run: ThreadRun, args: readonly unknown[]): Promise<unknown> {
  pool ??= openPool();
  const threads = await pool;
  const { port1: ours, port2: theirs } = new MessageChannel();
  const stop = new AbortController();
  const abort = () => {
    send(ours, { type: "abort", error: packError(run.signal.reason as Error) });
    setTimeout(() => stop.abort(), graceMillis).unref();
  };
  const { signal } = run;
  signal.addEventListener("abort", abort, { once: true });
  ours.on("message", (message: FromThread) => serve(run, ours, message));
  try {
    const job = describeJob(run, args, theirs);
    const outcome = (await threads.run(job, { transferList: [theirs], signal: stop.signal })) as ThreadOutcome;
    if (outcome.ok) return unpackSecrets(outcome.value);
    throw unpackError(outcome.error, [run.definition.fn, run.definition.options.retryIf]);
  } catch (error) {
    throw explain(run, error);
  } finally {
    signal.removeEventListener("abort", abort);
    serveRest(run, ours);
    ours.close();
  }
}

async function openPool(): Promise<Piscina> {
  const { Piscina: Pool } = await import("piscina");
  const filename = new URL(
    import.meta.url.endsWith(".ts") ? "./thread-worker.ts" : "./thread-worker.js",
    import.meta.url,
  );
  return new Pool({
    filename: filename.href,
    name: "runJob",
    minThreads: 0,
    maxThreads: threadsAtMost,
    idleTimeout: idleMillis,
    // With atomics a thread would block, and miss messages that arrive while it works.
    atomics: "disabled",
  });
}

function describeJob(run: ThreadRun, args: readonly unknown[], port: MessagePort): ThreadJob {
  const { definition, flowRun, scope, logPrints } = run;
  const { origin, identity } = definition;
  if (origin.site === undefined) {
    throw new UsageError(
      `Task "${definition.name}" cannot run in a thread: make it at the top of a module, not in generated code`,
    );
  }
  if (identity.doubt !== undefined) {
    throw new UsageError(
      `${identity.doubt} A thread makes a task by loading its module, and could not know this one: make it at the top of the module, with a name of its own`,
    );
  }
  const { id, name, attempt, tags, taskName, inputs } = run;
  return {
    module: origin.site.url,
    taskKey: identity.label,
    args: args.map(packSecrets),
    port,
    baseUrl: scope.session.client.baseUrl,
    uiUrl: scope.session.uiUrl,
    server: scope.session.server,
    logPrints,
    revealed: revealedTexts(),
    flowRun:
      flowRun === undefined
        ? undefined
        : {
            id: flowRun.id,
            name: flowRun.name,
            attempt: flowRun.attempt,
            tags: flowRun.tags,
            flowName: flowRun.flowName,
            parameters: packSecrets(flowRun.parameters),
            scheduledTime: flowRun.scheduledTime,
            deploymentId: flowRun.deploymentId,
            resources: flowRun.resources,
          },
    taskRun: {
      id,
      name,
      attempt,
      tags,
      taskName,
      inputs: new Map([...inputs].map(([key, value]) => [key, packSecrets(value)])),
    },
  };
}

/** Messages sent before the thread's end may arrive after it: above all the secrets in its error. */
function serveRest(run: ThreadRun, port: MessagePort): void {
  for (let rest = receiveMessageOnPort(port); rest !== undefined; rest = receiveMessageOnPort(port)) {
    serve(run, port, rest.message as FromThread);
  }
}

function serve(run: ThreadRun, port: MessagePort, message: FromThread): void {
  if (message.type === "revealed") {
    revealTexts([message.text]);
    return;
  }
  const { session } = run.scope;
  if (message.type === "event") {
    session.events.send(message.event);
    return;
  }
  if (message.type === "log") {
    session.logs.add(message.line);
    return;
  }
  const { number, request } = message;
  // The thread does not get the password.
  const headers = { ...request.headers, ...authHeaders(session.connection.auth) };
  session.transport({ ...request, headers }).then(
    (response) => send(port, { type: "response", number, response }),
    (error: unknown) => send(port, { type: "no-response", number, message: String(error) }),
  );
}

function send(port: MessagePort, message: ToThread): void {
  port.postMessage(message);
}

function explain(run: ThreadRun, error: unknown): unknown {
  if (error instanceof Error && error.name === "DataCloneError") {
    return new UsageError(
      `Task "${run.definition.name}" runs in a thread, and what it is given or gives back cannot be copied there: ${error.message}`,
    );
  }
  return run.signal.aborted ? run.signal.reason : error;
}
