import { fileURLToPath } from "node:url";
import { type Duration, durationSeconds } from "@ostinato/core";
import { UsageError } from "../errors.ts";
import { DefinitionIdentity, type Origin } from "../identity/definition-identity.ts";
import { literalDefaults } from "../inputs/parameter-defaults.ts";
import type { ParameterSchema } from "../inputs/parameters.ts";
import type { Hooks } from "../run/hooks.ts";
import { shown } from "../run/option-checks.ts";
import type { RunName } from "../run/run-name.ts";
import { checkFlowOptions } from "../run/run-options.ts";

export interface FlowOptions extends Hooks {
  /** The function's name unless given. */
  readonly name?: string;
  /**
   * What the flow is known by when results are used again, in place of its name and file. For flows that one function makes
   * or that are made inside a run: it says what they differ in, such as `load ${table}`.
   */
  readonly key?: string;
  readonly description?: string;
  /** Changes with the text of the function unless given. */
  readonly version?: string;
  readonly tags?: readonly string[];
  /** Any Standard Schema (zod, valibot, arktype, …) or a TypeBox type: parameters are checked and coerced before anything runs. */
  readonly parameters?: ParameterSchema;
  /** The name of each run: a template such as `"train {depth}"`, or a function of the parameters. A random one unless given. */
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of flow() type the parameters.
  readonly runName?: RunName<any>;
  /** How often a failed run is tried again. Finished tasks are not repeated. */
  readonly retries?: number;
  /** One delay for all retries, or one for each, the last repeated. */
  readonly retryDelay?: Duration | readonly Duration[];
  readonly timeout?: Duration;
  /** Whether what the flow and its tasks print with `console` becomes log lines. */
  readonly logPrints?: boolean;
  /**
   * How many of its tasks run at once. No limit unless given: a task is a promise, not a thread, and a limit that nobody
   * asked for could make tasks that wait for each other wait for ever.
   */
  readonly concurrency?: number;
  /** Whether results are kept, of the flow and of its tasks. True unless given. */
  readonly persist?: boolean;
  /**
   * The store that the results of the flow and its tasks go to: `"s3://bucket/prefix"`, `"local"`. `OSTINATO_RESULT_STORAGE` unless
   * given; where that is not set either, small results go to the server and larger ones to files on this machine.
   */
  readonly resultStorage?: string;
}

/** A flow as the engine needs it. */
export interface FlowDefinition {
  readonly options: FlowOptions;
  readonly fn: (parameters: never) => unknown;
  readonly name: string;
  readonly origin: Origin;
  readonly identity: DefinitionIdentity;
  readonly version: string;
  /** Values of parameters that are left out, for templates of names. */
  readonly defaults: ReadonlyMap<string, unknown>;
  readonly retries: number;
  readonly timeoutSeconds: number | undefined;
  /** The file that made it, where it is one: `ostinato run` starts it again from there. */
  readonly file: string | undefined;
}

export function defineFlow(options: FlowOptions, fn: (parameters: never) => unknown, origin: Origin): FlowDefinition {
  const name = flowName(options, fn);
  checkFlowOptions(`Flow "${name}"`, options);
  const { retries = 0, timeout, runName } = options;
  const identity = new DefinitionIdentity({ kind: "flow", name, key: options.key, origin });
  return {
    options,
    fn,
    name,
    origin,
    identity,
    version: options.version ?? identity.source.slice(0, 12),
    defaults: typeof runName === "string" ? literalDefaults(fn) : new Map(),
    retries,
    timeoutSeconds: timeout === undefined ? undefined : durationSeconds(timeout),
    file: origin.site === undefined ? undefined : fileURLToPath(origin.site.url),
  };
}

function flowName(options: unknown, fn: unknown): string {
  if (typeof fn !== "function") throw new UsageError(`flow() needs a function, and was given ${shown(fn)}`);
  const name = (options as FlowOptions | null)?.name ?? fn.name;
  if (name === "") {
    throw new UsageError(
      'A flow needs a name. Name the function, flow(async function train() { … }), or the flow, flow({ name: "train" }, async () => { … })',
    );
  }
  if (/^[^/%&><]+$/.test(name)) return String(name);
  throw new UsageError(`A flow cannot be called "${name}": leave out the characters / % & > <`);
}
