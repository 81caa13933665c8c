import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Static, TSchema } from "typebox";
import { describedParameters } from "../blocks/described-parameters.ts";
import { context } from "../context.ts";
import { UsageError } from "../errors.ts";
import { originOf } from "../identity/definition-identity.ts";
import type { Argument, Result } from "../inputs/argument-types.ts";
import { readDefinition, shown } from "../run/option-checks.ts";
import type { RunName } from "../run/run-name.ts";
import { closeSession } from "../session/session.ts";
import type { FinalState } from "../states.ts";
import { threadRegistry } from "../threads/thread-registry.ts";
import type { DeployedFlow, DeployOptions } from "./deploy-options.ts";
import type { DeploymentOptions, ServeOptions } from "./deployment-options.ts";
import { defineFlow, type FlowDefinition, type FlowOptions } from "./flow-definition.ts";
import { deployDefinition } from "./flow-deploy.ts";
import { defineDeployment, type FlowDeployment, runProcess, serveFlow } from "./flow-deployment.ts";
import { resumeFlow, startFlow } from "./flow-engine.ts";
import { FlowFuture } from "./flow-future.ts";
import { announceCall } from "./top-level-calls.ts";

/** A caller's parameters; optional where no parameter is required. */
type Call<P> = [P] extends [never] | [undefined]
  ? []
  : undefined extends P
    ? [parameters?: Argument<P & object>]
    : Record<never, never> extends P
      ? [parameters?: Argument<P>]
      : [parameters: Argument<P>];

/** Some of a flow's parameters, as a deployment gives them. */
type SomeParameters<P> = [P] extends [never] | [undefined] ? Readonly<Record<string, never>> : Partial<P & object>;

export interface Flow<In, R, Out = In> {
  /** Runs the flow and returns its future at once. Inside another flow it is a subflow. */
  (...args: Call<In>): FlowFuture<R>;
  readonly name: string;
  /** The bare function: calling it checks and records nothing. */
  readonly fn: (parameters: Out) => R | Promise<R>;
  /** A copy with other options. */
  with(options: Omit<FlowOptions, "parameters">): Flow<In, R, Out>;
  /** Runs the flow and resolves with its final state instead of throwing. */
  state(...args: Call<In>): Promise<FinalState<R>>;
  /**
   * Registers the flow as a deployment and executes its runs, each in a process of its own, until this process is told to stop. Resolves
   * when its last run has ended. Rejects with a `UsageError` for options that are wrong, and where no server answers.
   */
  serve(options: ServeOptions<SomeParameters<In>>): Promise<void>;
  /** The flow with how and when it is run, for `serve()`, which serves several at once. */
  toDeployment(options: DeploymentOptions<SomeParameters<In>>): FlowDeployment;
  /**
   * Registers the flow as a deployment whose runs the workers of a pool take, and executes none itself. What somebody has changed on the server
   * since the last deploy stays. Rejects with a `UsageError` for options that are wrong, and where there is no such pool.
   */
  deploy(options: DeployOptions<SomeParameters<In>>): Promise<DeployedFlow>;
}

// The function's type as a whole rather than its parts, so that fields with a default value keep their type.
type FlowFunction = (parameters: never) => unknown;

/** Requires that the function takes one object or nothing. */
type TakesRecord<F extends FlowFunction> = ParametersOf<F> extends object | undefined ? unknown : never;

type ParametersOf<F extends FlowFunction> = Parameters<F> extends [] ? undefined : Parameters<F>[0];

type FlowOfFunction<F extends FlowFunction> = Flow<ParametersOf<F>, Result<Awaited<ReturnType<F>>>>;

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
export function flow<F extends FlowFunction>(fn: F & TakesRecord<F>): FlowOfFunction<F>;
export function flow<S extends StandardSchemaV1, R>(
  options: TypedOptions<StandardSchemaV1.InferOutput<S>> & { readonly parameters: S },
  fn: (parameters: StandardSchemaV1.InferOutput<S>) => R,
): Flow<StandardSchemaV1.InferInput<S>, Result<Awaited<R>>, StandardSchemaV1.InferOutput<S>>;
export function flow<F extends FlowFunction>(
  options: TypedOptions<ParametersOf<F> & object> & { readonly parameters?: undefined },
  fn: F & TakesRecord<F>,
): FlowOfFunction<F>;
// Last, and apart from Standard Schema: considering it costs the compiler 1.2 million instantiations per call.
export function flow<S extends TSchema, R>(
  options: TypedOptions<Static<S>> & { readonly parameters: S },
  fn: (parameters: Static<S>) => R,
): Flow<Static<S>, Result<Awaited<R>>>;
export function flow(...given: readonly unknown[]): Flow<never, unknown> {
  const { options, fn } = readDefinition("flow()", given);
  const called = fn as (parameters: never) => unknown;
  return makeFlow(defineFlow(options as FlowOptions, called, originOf(called, flow)));
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

/** The description of a flow for programs that start flows, such as the command line. */
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
  return { name, version, description: options.description, parameterSchema: await describedParameters(options) };
}

/**
 * Runs a flow with untyped parameters, as a command line or a server reads them from JSON. They are checked as usual; a whole number
 * becomes a bigint, and a moment as text a Date, where the flow's schema accepts nothing else.
 */
export function runFlow<R>(flow: FlowOf<R>, parameters: unknown): FlowFuture<R> {
  return startFlow(definitionOf(flow), { parameters, areJson: true }) as FlowFuture<R>;
}

/**
 * Resumes a flow run that failed or whose process died: finished tasks are not run again, their results are reused. The run keeps its id
 * and its parameters.
 */
export function resumeRun<R>(flowRunId: string, flow: FlowOf<R>): FlowFuture<R> {
  if (context.getStore() !== undefined) throw new UsageError("resumeRun() cannot be called inside a run");
  return resumeFlow(definitionOf(flow), flowRunId) as FlowFuture<R>;
}

const brand = Symbol.for("ostinato.flow");

/** The definition of a flow, of this copy of the package or another. Throws a UsageError for anything else. */
export function definitionOf(flow: object): FlowDefinition {
  const { [brand]: definition } = flow as { readonly [brand]?: FlowDefinition };
  if (definition === undefined) throw new UsageError("this is not a flow: give what flow() returned");
  return definition;
}

function makeFlow(definition: FlowDefinition): Flow<never, unknown> {
  const run = (...given: readonly unknown[]) => {
    const parameters = parametersOf(definition, given);
    if (threadRegistry() !== undefined) return neverRun(definition);
    if (context.getStore() === undefined) announceCall({ flowName: definition.name });
    return startFlow(definition, { parameters, areJson: false });
  };
  const made = Object.assign(run, {
    fn: definition.fn,
    with: (options: Omit<FlowOptions, "parameters">) =>
      makeFlow(
        defineFlow({ name: definition.name, ...definition.options, ...options }, definition.fn, definition.origin),
      ),
    state: (...given: readonly unknown[]) => run(...given).finished(),
    serve: (options: ServeOptions) => serveFlow(definition, options),
    toDeployment: (options: DeploymentOptions) => defineDeployment(definition, options),
    deploy: (options: DeployOptions) => deployDefinition(definition, options),
  });
  Object.defineProperty(made, "name", { value: definition.name, configurable: true });
  Object.defineProperty(made, brand, { value: definition });
  runProcess()?.onFlow(definition, { resume: (id, claim) => resumeFlow(definition, id, claim), close: closeSession });
  return made as Flow<never, unknown>;
}

function parametersOf({ name, options }: FlowDefinition, given: readonly unknown[]): unknown {
  const [parameters] = given;
  const wrong =
    given.length > 1
      ? `${given.length} arguments`
      : // A schema says by itself which parameters are valid.
        parameters === undefined || typeof parameters === "object" || options.parameters !== undefined
        ? undefined
        : shown(parameters);
  if (wrong === undefined) return parameters;
  throw new UsageError(`Flow "${name}" takes one object of named parameters, ${name}({ … }), and was given ${wrong}`);
}

/** Worker threads load a module only for its tasks: the flow that it calls already runs in the main thread. */
function neverRun(definition: FlowDefinition): FlowFuture<unknown> {
  if (context.getStore() === undefined) return new FlowFuture<unknown>(definition.name);
  throw new UsageError("Tasks and flows cannot be called from a task that runs in a thread: call them from the flow");
}
