import { type Duration, systemClock } from "@ostinato/core";
import type { Resource } from "@ostinato/protocol";
import { context } from "../context.ts";
import { UsageError } from "../errors.ts";
import { type Origin, originOf } from "../identity/definition-identity.ts";
import type { Arguments, Result } from "../inputs/argument-types.ts";
import { readDefinition } from "../run/option-checks.ts";
import { reportUnawaited } from "../run/unawaited.ts";
import { Scope } from "../scope.ts";
import { session } from "../session/session.ts";
import type { FinalState } from "../states.ts";
import { registerTask, threadRegistry } from "../threads/thread-registry.ts";
import { registeredBackground } from "./background.ts";
import type { DelayedRun } from "./delayed-run.ts";
import { type MapArguments, type MapOptions, mapTask } from "./map.ts";
import type { MapFuture } from "./map-future.ts";
import type { CallOptions } from "./task-call.ts";
import { defineTask, type TaskDefinition, type TaskOptions } from "./task-definition.ts";
import type { TaskFuture } from "./task-future.ts";
import { TaskRun } from "./task-run.ts";

/** Options of a call: those of the task, and futures to wait for. */
export interface WithOptions extends TaskOptions {
  /** Futures, also in arrays or plain objects, that must complete first although the task does not take their values. */
  readonly waitFor?: unknown;
  /** When `delay()` is called: among the runs that wait for a worker, smaller goes first, from -1000 to 1000; 0 by default. */
  readonly priority?: number;
  /** When `delay()` is called: how long the run waits before a worker gets it. */
  readonly startIn?: Duration;
}

export interface Task<A extends readonly unknown[], R> {
  /** Runs the task and returns its future at once. */
  (...args: Arguments<A>): TaskFuture<R>;
  readonly name: string;
  /** The bare function: calling it records nothing. */
  readonly fn: (...args: A) => R | Promise<R>;
  /** A copy with other options. */
  with(options: WithOptions): Task<A, R>;
  /** Runs the task once per item; several lists are iterated in parallel. `unmapped(value)` is the same for all items. */
  map(...args: MapArguments<A> | [...MapArguments<A>, MapOptions]): MapFuture<R>;
  /** Runs the task and resolves with its final state instead of throwing. */
  state(...args: Arguments<A>): Promise<FinalState<R>>;
  /**
   * Has a worker run the task (`worker()`, `ostinato task serve`), here or on another machine, now or after a restart. Resolves once the
   * server has the run and its arguments. Rejects with a `UsageError` where the arguments cannot be kept.
   */
  delay(...args: Arguments<A>): Promise<DelayedRun<R>>;
}

// biome-ignore lint/suspicious/noExplicitAny: a task of any arguments and result.
export type AnyTask = Task<any, any>;

// The function's type as a whole rather than its parts, so that parameters with a default value keep their type.
export type TaskFunction = (...args: never[]) => unknown;

/**
 * The task made of a function. A generic or overloaded async function keeps its signature for plain values; the returned promise is the
 * future.
 */
export type TaskOf<F extends TaskFunction> = IsPlain<F> extends true ? PlainTask<F> : F & PlainTask<F>;

type PlainTask<F extends TaskFunction> = Task<Parameters<F>, Result<Awaited<ReturnType<F>>>>;

/** Whether the parameters and the result fully describe the function's type. */
type IsPlain<F extends TaskFunction> =
  ReturnType<F> extends Promise<unknown>
    ? ((...args: Parameters<F>) => ReturnType<F>) extends F
      ? true
      : false
    : true;

/**
 * Makes a task of a function: its runs are recorded, retried, cached and shown.
 *
 * ```ts
 * import { task } from "ostinato";
 *
 * export const add = task(async function add(a: number, b: number) { return a + b; });
 * export const load = task({ retries: 3, retryDelay: ["1s", "10s"], timeout: "2m" }, async function load(path: string) {
 *   return path.length;
 * });
 * ```
 */
export function task<F extends TaskFunction>(fn: F): TaskOf<F>;
export function task<F extends TaskFunction>(options: TaskOptions, fn: F): TaskOf<F>;
export function task(...given: readonly unknown[]): Task<readonly unknown[], unknown> {
  const { options, fn } = readDefinition("task()", given);
  const called = fn as (...args: never[]) => unknown;
  return taskMadeOf(options as TaskOptions, called, originOf(called, task));
}

/** The task of these options and this function, and of whoever made it. */
export function taskMadeOf(
  options: TaskOptions,
  fn: (...args: never[]) => unknown,
  origin: Origin,
): Task<readonly unknown[], unknown> {
  const definition = defineTask(options, fn, origin);
  registerTask(definition);
  return makeTask(definition, {});
}

const key = Symbol.for("ostinato.task-definitions");
const holder = globalThis as { [key]?: WeakMap<object, TaskDefinition> };
/** Kept under a global symbol, so that tasks of another copy of this package in the program are known. */
holder[key] ??= new WeakMap();
const definitions = holder[key];

/** What a task was made of; undefined for other values. */
export function definitionOf(value: unknown): TaskDefinition | undefined {
  return typeof value === "function" ? definitions.get(value) : undefined;
}

export function isTask(value: unknown): value is AnyTask {
  return definitionOf(value) !== undefined;
}

function makeTask(definition: TaskDefinition, call: CallOptions): Task<readonly unknown[], unknown> {
  const run = (...args: unknown[]) => startTask(definition, args, call);
  const delay = async (...args: unknown[]) => (await registeredBackground().load()).delayTask(definition, args, call);
  const made = Object.assign(run, {
    fn: definition.fn as (...args: readonly unknown[]) => unknown,
    delay,
    with({ waitFor = call.waitFor, priority, startIn, ...options }: WithOptions) {
      const deferred = { priority: priority ?? call.deferred?.priority, startIn: startIn ?? call.deferred?.startIn };
      const changed = defineTask(
        { name: definition.name, ...definition.options, ...options },
        definition.fn,
        definition.origin,
      );
      return makeTask(changed, { ...call, waitFor, deferred });
    },
    map: (...args: readonly unknown[]) =>
      mapTask(definition.name, (items, more) => startTask(definition, items, { ...call, ...more }), args),
    state: (...args: unknown[]) => startTask(definition, args, call).finished(),
  });
  Object.defineProperty(made, "name", { value: definition.name, configurable: true });
  definitions.set(made, definition);
  return made as Task<readonly unknown[], unknown>;
}

function startTask(definition: TaskDefinition, args: readonly unknown[], call: CallOptions): TaskFuture<unknown> {
  if (threadRegistry() !== undefined) {
    throw new UsageError(
      `Task "${definition.name}" was called in a worker thread. Tasks and flows cannot be called from a task that runs in a thread, nor while its module loads: call them from the flow`,
    );
  }
  const caller = context.getStore();
  const place = {
    scope: caller?.scope ?? standaloneScope(),
    flowRun: caller?.flowRun,
    parent: caller?.taskRun,
  };
  const run = new TaskRun(definition, args, place, call);
  const executed = run.execute();
  if (caller === undefined) {
    void keepAliveWhile(executed);
    void reportUnawaited(run.future);
  }
  return run.future;
}

/** A task called outside of any flow has its own scope, which receives its session once there is one. */
export function standaloneScope(related: readonly Resource[] = []): Scope {
  return new Scope({
    session: undefined,
    clock: systemClock(),
    flowRunId: undefined,
    attempt: 0,
    isAgain: false,
    related,
    limiter: undefined,
    logPrints: false,
    persist: true,
    resultStorage: undefined,
    kept: undefined,
  });
}

async function keepAliveWhile(executed: Promise<void>): Promise<void> {
  try {
    const release = (await session()).keepAlive();
    await executed.finally(release);
  } catch {
    // The run ends by itself and reports why there is no session.
  }
}
