import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Static, TSchema } from "typebox";
import type { Argument, Result } from "./argument-types.ts";
import { context } from "./context.ts";
import { originOf } from "./definition-identity.ts";
import { UsageError } from "./errors.ts";
import { defineFlow, type FlowDefinition, type FlowOptions } from "./flow-definition.ts";
import { resumeFlow, startFlow } from "./flow-engine.ts";
import { FlowFuture } from "./flow-future.ts";
import { jsonSchemaOf } from "./parameter-schema.ts";
import type { RunName } from "./run-name.ts";
import type { FinalState } from "./states.ts";
import { threadRegistry } from "./thread-registry.ts";

/** Parameters as a caller gives them; nothing need be given where none is required. */
type Call<P> = [P] extends [never] | [undefined]
  ? []
  : Record<never, never> extends P
    ? [parameters?: Argument<P>]
    : [parameters: Argument<P>];

export interface Flow<In, R, Out = In> {
  /** Runs the flow: gives its future at once. Inside another flow it is a subflow. */
  (...args: Call<In>): FlowFuture<R>;
  readonly name: string;
  /** The bare function: calling it checks and records nothing. */
  readonly fn: (parameters: Out) => R | Promise<R>;
  /** A copy with other options. */
  with(options: Omit<FlowOptions, "parameters">): Flow<In, R, Out>;
  /** Runs the flow and gives its final state instead of throwing. */
  state(...args: Call<In>): Promise<FinalState<R>>;
}

type TypedOptions<Out> = Omit<FlowOptions, "runName" | "parameters"> & {
  readonly runName?: RunName<Out>;
};

/**
 * Makes a flow of a function: its runs are recorded with their tasks, logs and artifacts. It takes one object of named
 * parameters, or nothing.
 *
 * ```ts
 * import { flow, task } from "ostinato";
 *
 * const double = task(async function double(n: number) { return 2 * n; });
 *
 * export const sum = flow({ retries: 1, timeout: "1h" }, async function sum({ numbers }: { numbers: number[] }) {
 *   const doubled = await double.map(numbers);
 *   return doubled.reduce((total, n) => total + n, 0);
 * });
 *
 * export const six = () => sum({ numbers: [1, 2] });
 * ```
 */
export function flow<R>(fn: () => R): Flow<undefined, Result<Awaited<R>>>;
export function flow<P extends object, R>(fn: (parameters: P) => R): Flow<P, Result<Awaited<R>>>;
export function flow<S extends StandardSchemaV1, R>(
  options: TypedOptions<StandardSchemaV1.InferOutput<S>> & { readonly parameters: S },
  fn: (parameters: StandardSchemaV1.InferOutput<S>) => R,
): Flow<StandardSchemaV1.InferInput<S>, Result<Awaited<R>>, StandardSchemaV1.InferOutput<S>>;
export function flow<R>(
  options: TypedOptions<undefined> & { readonly parameters?: undefined },
  fn: () => R,
): Flow<undefined, Result<Awaited<R>>>;
export function flow<P extends object, R>(
  options: TypedOptions<P> & { readonly parameters?: undefined },
  fn: (parameters: P) => R,
): Flow<P, Result<Awaited<R>>>;
// Last, and apart from Standard Schema: to consider it costs the compiler 1.2 million instantiations at a call.
export function flow<S extends TSchema, R>(
  options: TypedOptions<Static<S>> & { readonly parameters: S },
  fn: (parameters: Static<S>) => R,
): Flow<Static<S>, Result<Awaited<R>>>;
export function flow(first: unknown, second?: unknown): Flow<never, unknown> {
  const options = typeof first === "function" ? {} : (first as FlowOptions);
  const fn = (typeof first === "function" ? first : second) as (parameters: never) => unknown;
  return makeFlow(defineFlow(options, fn, originOf(fn, flow)));
}

/** Any flow, for functions that do not care about its types. */
export interface AnyFlow {
  readonly name: string;
  readonly fn: (parameters: never) => unknown;
}

/** A flow whose value is an `R`. */
interface FlowOf<R> extends AnyFlow {
  state(...args: never[]): Promise<FinalState<R>>;
}

/** What programs that start flows need to know of one, such as the command line. */
export interface FlowDescription {
  readonly name: string;
  readonly version: string;
  readonly description: string | undefined;
  /** JSON Schema; undefined where the flow has no schema or its library offers none. */
  readonly parameterSchema: object | undefined;
}

/** Whether a value is a flow, of this copy of the package or another. */
export function isFlow(value: unknown): value is AnyFlow {
  return typeof value === "function" && brand in value;
}

export async function describeFlow(flow: AnyFlow): Promise<FlowDescription> {
  const { name, version, options } = definitionOf(flow);
  const { description, parameters } = options;
  return {
    name,
    version,
    description,
    parameterSchema: parameters === undefined ? undefined : await jsonSchemaOf(parameters),
  };
}

/** Runs a flow with parameters that nobody has typed, as a command line or a server gives them. They are checked as always. */
export function runFlow<R>(flow: FlowOf<R>, parameters: unknown): FlowFuture<R> {
  return startFlow(definitionOf(flow), parameters) as FlowFuture<R>;
}

/**
 * Goes on with a flow run that failed or whose process died: tasks that finished are not run again, their results are used.
 * The run keeps its id and its parameters.
 */
export function resumeRun<R>(flowRunId: string, flow: FlowOf<R>): FlowFuture<R> {
  if (context.getStore() !== undefined) throw new UsageError("resumeRun() cannot be called inside a run");
  return resumeFlow(definitionOf(flow), flowRunId) as FlowFuture<R>;
}

const brand = Symbol.for("ostinato.flow");

function definitionOf(flow: object): FlowDefinition {
  const { [brand]: definition } = flow as { readonly [brand]?: FlowDefinition };
  if (definition === undefined) throw new UsageError("this is not a flow: give what flow() returned");
  return definition;
}

function makeFlow(definition: FlowDefinition): Flow<never, unknown> {
  const run = (parameters?: unknown) => {
    if (threadRegistry() !== undefined) return neverRun(definition);
    if (context.getStore() === undefined) announceCall(definition);
    return startFlow(definition, parameters);
  };
  const made = Object.assign(run, {
    fn: definition.fn,
    with: (options: Omit<FlowOptions, "parameters">) =>
      makeFlow(
        defineFlow({ name: definition.name, ...definition.options, ...options }, definition.fn, definition.origin),
      ),
    state: (parameters?: unknown) => run(parameters).finished(),
  });
  Object.defineProperty(made, "name", { value: definition.name, configurable: true });
  Object.defineProperty(made, brand, { value: definition });
  return made as Flow<never, unknown>;
}

/**
 * A command that loads a file to run one of its flows is told of a flow that the file itself calls while it loads, and may
 * refuse the call by throwing.
 */
function announceCall({ name }: FlowDefinition): void {
  const { [topLevelHook]: announce } = globalThis as { [topLevelHook]?: (call: { flowName: string }) => void };
  announce?.({ flowName: name });
}

const topLevelHook = Symbol.for("ostinato.onTopLevelFlow");

/** In a worker thread a module is loaded for its tasks only: the flow that it calls runs in the main thread already. */
function neverRun(definition: FlowDefinition): FlowFuture<unknown> {
  if (context.getStore() === undefined) return new FlowFuture<unknown>(definition.name);
  throw new UsageError("Tasks and flows cannot be called from a task that runs in a thread: call them from the flow");
}
