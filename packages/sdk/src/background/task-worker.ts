import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { durationSeconds, toTimestamp } from "@ostinato/core";
import type { TaskRun as GivenTaskRun, StoredResult, TaskWorkerMessage } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { ClaimLost, Crashed, UsageError } from "../errors.ts";
import { failureMessage } from "../failures/failure-text.ts";
import { notice } from "../logging/console-output.ts";
import { revive } from "../results/kept-results.ts";
import { aConcurrency, aDuration, anything, checkOptions, shown } from "../run/option-checks.ts";
import { stopRequests } from "../serving/stop-requests.ts";
import { flushed, type Session, session } from "../session/session.ts";
import type { WorkerOptions } from "../task/background.ts";
import { definitionOf, standaloneScope } from "../task/task.ts";
import type { TaskDefinition } from "../task/task-definition.ts";
import { TaskRun } from "../task/task-run.ts";
import { requireKnownTask, requireServer } from "./server-needs.ts";
import { toldRuns } from "./told-runs.ts";

/** The server takes no more in one message. */
const maxOwnRuns = 10_000;
const defaults = { limit: 10, shutdownTimeout: "10m" } as const;
/** A worker that was told to stop waits so long for a server that does not answer. Whoever stops it usually kills it after 30 s. */
const maxFarewellSeconds = 10;

/** Executes delayed runs of the tasks until the process is told to stop. */
export async function runWorker(tasks: readonly unknown[], options: WorkerOptions): Promise<void> {
  checkOptions("worker()", options, { limit: aConcurrency, shutdownTimeout: aDuration, signal: anything });
  const definitions = definitionsOf(tasks);
  const opened = await session();
  requireServer(opened, "worker()");
  const release = opened.keepAlive();
  const requests = stopRequests(options.signal);
  try {
    const running = new TaskWorker(opened, definitions, options.limit ?? defaults.limit);
    await running.start();
    await requests.stop;
    await running.stop(durationSeconds(options.shutdownTimeout ?? defaults.shutdownTimeout), requests.atOnce);
  } finally {
    requests.stopListening();
    release();
  }
}

function definitionsOf(tasks: readonly unknown[]): ReadonlyMap<string, TaskDefinition> {
  if (!Array.isArray(tasks) || tasks.length === 0) {
    throw new UsageError(`worker() needs a list of tasks, worker([resize]), and was given ${shown(tasks)}`);
  }
  const byKey = new Map<string, TaskDefinition>();
  for (const task of tasks) {
    const definition = definitionOf(task);
    if (definition === undefined) throw new UsageError(`worker() takes tasks, and was given ${shown(task)}`);
    const { identity, name } = definition;
    requireKnownTask(definition);
    if (byKey.has(identity.label)) throw new UsageError(`worker() was given the task "${name}" twice`);
    byKey.set(identity.label, definition);
  }
  return byKey;
}

class TaskWorker {
  readonly #session: Session;
  readonly #definitions: ReadonlyMap<string, TaskDefinition>;
  readonly #limit: number;
  /** Another one for each start: a worker that begins anew has nothing of what the one before had. */
  readonly #identifier = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  /** The runs that this worker has, by their ids. */
  readonly #held = new Map<string, TaskRun | undefined>();
  /** Set while the server may have given its runs to others. */
  #cutOff: PromiseWithResolvers<void> | undefined;
  #subscription: { say(message: TaskWorkerMessage): void; close(): void } | undefined;
  #freed = 0;
  readonly #stopping = Promise.withResolvers<void>();
  #isStopping = false;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(opened: Session, definitions: ReadonlyMap<string, TaskDefinition>, limit: number) {
    this.#session = opened;
    this.#definitions = definitions;
    this.#limit = limit;
  }

  async start(): Promise<void> {
    const { subscribeToTaskRuns } = await import("@ostinato/client/node");
    const { connection, clock } = this.#session;
    const names = [...this.#definitions.values()].map(({ name }) => name).join(", ");
    notice(logLevels.info, `working on ${names}, up to ${this.#limit} at once; Ctrl-C stops`);
    this.#subscription = subscribeToTaskRuns({
      baseUrl: connection.baseUrl,
      auth: connection.auth,
      clock,
      subscription: () => this.#describe(),
      onTaskRuns: (runs, parameters) => this.#take(runs, parameters),
      onDisconnected: () => {
        this.#cutOff ??= Promise.withResolvers();
      },
      onSubscribed: (lost) => this.#comeBack(lost),
    });
  }

  #comeBack(lost: readonly string[]): void {
    for (const id of lost) {
      const run = this.#held.get(id);
      run?.interrupt(new ClaimLost(`Task run "${run.name}"`));
    }
    this.#cutOff?.resolve();
    this.#cutOff = undefined;
  }

  /** A worker that is cut off learns which runs are still its own when it comes back; one that is to stop waits only so long for that. */
  #untilOwned(): Promise<void> | undefined {
    const back = this.#cutOff?.promise;
    if (back === undefined) return undefined;
    const { clock } = this.#session;
    const farewell = this.#stopping.promise.then(
      () => new Promise<void>((resolve) => void clock.after(maxFarewellSeconds, resolve)),
    );
    return Promise.race([back, farewell]);
  }

  #describe() {
    // Slots that became free while there was no connection are among these.
    this.#freed = 0;
    return {
      keys: [...this.#definitions.keys()],
      client_id: this.#identifier,
      slots: this.#isStopping ? 0 : Math.max(0, this.#limit - this.#held.size),
      held: this.#ownRuns(),
      process: this.#session.process ?? null,
    };
  }

  /** What it works on, and what has ended without the server knowing that: it would give these to somebody again. */
  #ownRuns(): string[] {
    const untold = toldRuns(this.#session.events.unacknowledgedTexts());
    return [...new Set([...this.#held.keys(), ...untold])].slice(0, maxOwnRuns);
  }

  /** Begins no further run, and waits for those under way: for so long, or until `atOnce` is aborted. Then they crash. */
  async stop(seconds: number, atOnce: AbortSignal): Promise<void> {
    this.#isStopping = true;
    this.#stopping.resolve();
    this.#subscription?.say({ type: "drain" });
    const { size } = this.#held;
    if (size > 0) {
      const what = size === 1 ? "the run that is" : `${size} runs that are`;
      notice(
        logLevels.info,
        `stopping: no further run starts; waiting for ${what} under way. Once more to end at once`,
      );
    }
    const end = () => this.#interruptAll();
    const stopTimer = this.#session.clock.after(seconds, end);
    atOnce.addEventListener("abort", end, { once: true });
    while (this.#held.size > 0) {
      this.#idle ??= Promise.withResolvers();
      await this.#idle.promise;
    }
    stopTimer();
    await this.#tellEnds();
    this.#subscription?.close();
  }

  /** What the worker has is its own until the server knows that it has ended. */
  async #tellEnds(): Promise<void> {
    try {
      await flushed(this.#session, this.#session.events, maxFarewellSeconds);
    } catch (error) {
      const why = failureMessage(error);
      notice(
        logLevels.error,
        `the server was not told how the last runs ended: ${why}. It retries them by their policy, or ends them as crashed`,
      );
      this.#session.hurry(0);
    }
  }

  #interruptAll(): void {
    for (const run of this.#held.values())
      run?.interrupt(new Crashed("Its worker was stopped before it had come to its end."));
  }

  #take(runs: readonly GivenTaskRun[], parameters: readonly StoredResult[]): void {
    if (this.#isStopping) {
      this.#subscription?.say({ type: "return", task_run_ids: runs.map(({ id }) => id) });
      return;
    }
    const kept = new Map(parameters.map((one) => [one.id, one]));
    for (const run of runs) {
      if (this.#held.has(run.id)) continue;
      this.#held.set(run.id, undefined);
      void this.#execute(run, kept.get(run.state?.state_details?.task_parameters_id ?? "")).finally(() =>
        this.#leave(run),
      );
    }
  }

  /** Never rejects. */
  async #execute(given: GivenTaskRun, parameters: StoredResult | undefined): Promise<void> {
    const definition = this.#definitions.get(given.task_key);
    if (definition === undefined) {
      notice(logLevels.error, `task run "${given.name}" is of a task that this worker does not have, and goes back`);
      this.#subscription?.say({ type: "return", task_run_ids: [given.id] });
      return;
    }
    const read = await argumentsIn(parameters);
    const scope = standaloneScope(flowRunOf(given));
    scope.open(this.#session);
    const call = { given: { ...givenRun(given), untilOwned: () => this.#untilOwned() } };
    const known = "args" in read ? definition : unreadable(definition, read.problem);
    const run = new TaskRun(
      known,
      "args" in read ? read.args : [],
      { scope, flowRun: undefined, parent: undefined },
      call,
    );
    run.future.observe();
    this.#held.set(given.id, run);
    await run.execute();
  }

  #leave({ id }: GivenTaskRun): void {
    this.#held.delete(id);
    if (this.#held.size === 0) {
      this.#idle?.resolve();
      this.#idle = undefined;
    }
    if (this.#isStopping) return;
    this.#freed += 1;
    if (this.#freed > 1) return;
    // Those that end together are told together.
    setImmediate(() => {
      const slots = this.#freed;
      this.#freed = 0;
      if (slots > 0) this.#subscription?.say({ type: "free", slots });
    });
  }
}

async function argumentsIn(
  kept: StoredResult | undefined,
): Promise<{ args: readonly unknown[] } | { problem: string }> {
  if (kept === undefined) return { problem: "they are not there" };
  try {
    const value = (await revive(kept))?.value;
    return Array.isArray(value)
      ? { args: value }
      : { problem: `they are not at ${kept.location ?? "the server"} any more` };
  } catch (error) {
    return { problem: failureMessage(error) };
  }
}

/** The task in a form that fails at once, so that the run ends as others do. */
function unreadable(definition: TaskDefinition, problem: string): TaskDefinition {
  const fn = () => {
    throw new UsageError(`The arguments of task "${definition.name}" cannot be read: ${problem}`);
  };
  return { ...definition, fn, retries: 0, cache: undefined, options: { name: definition.name } };
}

function givenRun(run: GivenTaskRun) {
  const { id, name, labels, run_count } = run;
  return {
    id,
    name,
    labels,
    dynamicKey: run.dynamic_key,
    inputs: run.task_inputs,
    expectedStart: run.expected_start_time === null ? null : toTimestamp(run.expected_start_time),
    runCount: run_count,
  };
}

/** The flow run that delayed it, for its events. */
function flowRunOf({ flow_run_id }: GivenTaskRun) {
  if (flow_run_id === null) return [];
  return [{ "prefect.resource.id": `prefect.flow-run.${flow_run_id}`, "prefect.resource.role": "flow-run" }];
}
