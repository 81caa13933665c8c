import { fileURLToPath } from "node:url";
import { type Duration, durationSeconds } from "@ostinato/core";
import type { AnyBlock } from "../blocks/block-options.ts";
import { UsageError } from "../errors.ts";
import { DefinitionIdentity, type Origin } from "../identity/definition-identity.ts";
import { literalDefaults } from "../inputs/parameter-defaults.ts";
import type { ParameterSchema } from "../inputs/parameters.ts";
import type { ResultStorage } from "../results/result-stores.ts";
import type { Hooks } from "../run/hooks.ts";
import type { KeyedConcurrency } from "../run/keyed-limits.ts";
import { shown } from "../run/option-checks.ts";
import type { RunName } from "../run/run-name.ts";
import { checkFlowOptions } from "../run/run-options.ts";
import { type FlowHooks, type StateActions, splitHooks } from "./flow-hooks.ts";

export interface FlowOptions extends FlowHooks {
  /** The function's name unless given. */
  readonly name?: string;
  /**
   * Identifies the flow when results are reused, in place of its name and file. Needed for flows that are made by one function or inside a
   * run: include the part in which they differ, such as `load ${table}`.
   */
  readonly key?: string;
  readonly description?: string;
  /** Changes with the source of the function by default. */
  readonly version?: string;
  readonly tags?: readonly string[];
  /** Any Standard Schema (zod, valibot, arktype, …) or a TypeBox type: parameters are checked and coerced before anything runs. */
  readonly parameters?: ParameterSchema;
  /**
   * Parameters that are kept blocks: `{ login: Login }`. Forms offer the blocks of the type by name, a run is told only which one, and the flow gets
   * its values, which the field of `parameters` describes.
   */
  readonly blocks?: Readonly<Record<string, AnyBlock>>;
  /** The name of each run: a template such as `"train {depth}"`, or a function of the parameters. Random by default. */
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of flow() type the parameters.
  readonly runName?: RunName<any>;
  /** How many times a failed run is retried. Finished tasks are not repeated. */
  readonly retries?: number;
  /** One delay for all retries, or one for each; the last one repeats. */
  readonly retryDelay?: Duration | readonly Duration[];
  readonly timeout?: Duration;
  /** Whether `console` output of the flow and its tasks becomes log lines. */
  readonly logPrints?: boolean;
  /**
   * How many of its tasks run at once. Unlimited by default: a task is a promise, not a thread, and an unasked limit could make tasks that
   * wait for each other wait forever.
   *
   * With a key it is how many runs of the flow with the same key there are at once, over all processes:
   * `{ key: ({ customer }) => customer, limit: 2 }`. Others wait in line.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of flow() type the parameters.
  readonly concurrency?: number | KeyedConcurrency<any>;
  /** Whether results of the flow and of its tasks are kept. True by default. */
  readonly persist?: boolean;
  /**
   * The store for results of the flow and its tasks: `"s3-bucket/lake"` or `S3Bucket.named("lake")`, `"s3://bucket/prefix"`, `"local"`. Defaults to
   * `OSTINATO_RESULT_STORAGE`; without it small results go to the server and larger ones to files on this machine.
   */
  readonly resultStorage?: ResultStorage;
}

/** A flow in the form that the engine uses. */
export interface FlowDefinition {
  readonly options: FlowOptions;
  /** The functions among the hooks of the options. */
  readonly hooks: Hooks;
  /** The actions among them, which the server does. */
  readonly actions: StateActions;
  readonly fn: (parameters: never) => unknown;
  readonly name: string;
  readonly origin: Origin;
  readonly identity: DefinitionIdentity;
  readonly version: string;
  /** Values of omitted parameters, for templates of names. */
  readonly defaults: ReadonlyMap<string, unknown>;
  readonly retries: number;
  readonly timeoutSeconds: number | undefined;
  /** The file that made the flow, if any: `ostinato run` starts it again from there. */
  readonly file: string | undefined;
}

export function defineFlow(options: FlowOptions, fn: (parameters: never) => unknown, origin: Origin): FlowDefinition {
  const name = flowName(options, fn);
  const { hooks, actions } = splitHooks(options);
  checkFlowOptions(`Flow "${name}"`, { ...options, ...hooks });
  const { retries = 0, timeout, runName } = options;
  const identity = new DefinitionIdentity({ kind: "flow", name, key: options.key, origin });
  return {
    options,
    hooks,
    actions,
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
