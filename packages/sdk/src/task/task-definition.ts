import { type Duration, durationSeconds } from "@ostinato/core";
import type { TaskRunPolicy } from "@ostinato/protocol";
import { assetOf } from "../assets/asset.ts";
import type { Asset, AssetLike } from "../assets/asset-options.ts";
import { UsageError } from "../errors.ts";
import { DefinitionIdentity, type Origin } from "../identity/definition-identity.ts";
import { literalDefaults } from "../inputs/parameter-defaults.ts";
import { type ParameterNames, parameterNames } from "../inputs/parameter-names.ts";
import { type CacheOptions, type CacheRule, cacheRule } from "../results/cache.ts";
import type { ResultStorage } from "../results/result-stores.ts";
import type { Hooks } from "../run/hooks.ts";
import type { KeyedConcurrency, Rate } from "../run/keyed-limits.ts";
import { shown } from "../run/option-checks.ts";
import type { RunName } from "../run/run-name.ts";
import { checkTaskOptions } from "../run/run-options.ts";
import type { TransactionHooks } from "../transactions/transaction-options.ts";
import { listedDelays, type RetryOptions } from "./task-retries.ts";

/** The arguments of a call by the names of the parameters. */
// biome-ignore lint/suspicious/noExplicitAny: their types are those of the function, which an option cannot know.
export type TaskArguments = Readonly<Record<string, any>>;

export interface TaskOptions extends Hooks, TransactionHooks, RetryOptions {
  /** The function's name unless given. */
  readonly name?: string;
  /**
   * Identifies the task when results are reused, in place of its name and file. Needed for tasks that are made by one function or inside a
   * run: include the part in which they differ, such as `read ${table}`.
   */
  readonly key?: string;
  readonly description?: string;
  readonly version?: string;
  readonly tags?: readonly string[];
  /** The name of each run: a template such as `"load {path}"`, or a function of the arguments by name. */
  readonly runName?: RunName<Readonly<Record<string, unknown>>>;
  /** How many times a failed run is retried. */
  readonly retries?: number;
  readonly timeout?: Duration;
  /** When a result of an earlier call is reused. */
  readonly cache?: CacheOptions;
  /** Whether the result is stored, so that a resumed run need not compute it again. True unless the flow says otherwise. */
  readonly persist?: boolean;
  /** The store for all results: `"s3-bucket/lake"` or `S3Bucket.named("lake")`, `"s3://bucket/prefix"`, `"local"`. Defaults to the flow's. */
  readonly resultStorage?: ResultStorage;
  /** Whether `console` output of the function becomes log lines. Defaults to the flow's. */
  readonly logPrints?: boolean;
  /**
   * How many runs of the task there are at once, over all processes and runs of flows: a number, or by a key of the arguments:
   * `{ key: ({ customer }) => customer, limit: 2 }`. Others wait in line.
   */
  readonly concurrency?: number | KeyedConcurrency<TaskArguments>;
  /** How many of its runs begin in a time, over all processes: `"10/min"`. */
  readonly rate?: Rate;
  /** What the task makes: see `materialize()`. */
  readonly assets?: readonly AssetLike[];
  /** Assets that the task reads, beside those that came with the results it takes. */
  readonly assetDeps?: readonly AssetLike[];
  /** The tool that makes the assets, such as "dbt". */
  readonly materializedBy?: string;
  /** `"thread"` runs the function in a worker thread, for CPU-bound work. */
  readonly runIn?: "thread";
}

/** A task in the form that the engine uses: its options are parsed once, when the task is made. */
export interface TaskDefinition {
  readonly options: TaskOptions;
  readonly fn: (...args: never[]) => unknown;
  readonly name: string;
  readonly origin: Origin;
  readonly identity: DefinitionIdentity;
  readonly parameters: ParameterNames;
  /** Values of omitted parameters, for templates of names. */
  readonly defaults: ReadonlyMap<string, unknown>;
  readonly retries: number;
  readonly policy: TaskRunPolicy;
  readonly timeoutSeconds: number | undefined;
  readonly cache: CacheRule | undefined;
  /** What it makes and reads; undefined where it says neither. */
  readonly assets: { readonly makes: readonly Asset[]; readonly dependsOn: readonly Asset[] } | undefined;
}

export function defineTask(options: TaskOptions, fn: (...args: never[]) => unknown, origin: Origin): TaskDefinition {
  const name = taskName(options, fn);
  const what = `Task "${name}"`;
  checkTaskOptions(what, options);
  const { retries = 0, timeout, cache, runName } = options;
  return {
    options,
    fn,
    name,
    origin,
    identity: new DefinitionIdentity({ kind: "task", name, key: options.key, origin }),
    parameters: parameterNames(fn),
    defaults: typeof runName === "string" ? literalDefaults(fn) : new Map(),
    retries,
    policy: {
      max_retries: 0,
      retry_delay_seconds: 0,
      retries,
      retry_delay: listedDelays(what, options, retries),
      ...(options.retryJitter === undefined ? {} : { retry_jitter_factor: options.retryJitter }),
    },
    timeoutSeconds: timeout === undefined ? undefined : durationSeconds(timeout),
    cache: cache === undefined ? undefined : cacheRule(cache),
    assets: assetsOf(options),
  };
}

function assetsOf({ assets = [], assetDeps = [] }: TaskOptions): TaskDefinition["assets"] {
  if (assets.length === 0 && assetDeps.length === 0) return undefined;
  return { makes: assets.map(assetOf), dependsOn: assetDeps.map(assetOf) };
}

function taskName(options: unknown, fn: unknown): string {
  if (typeof fn !== "function") throw new UsageError(`task() needs a function, and was given ${shown(fn)}`);
  const name = (options as TaskOptions | null)?.name ?? fn.name;
  if (name !== "") return String(name);
  throw new UsageError(
    'A task needs a name. Name the function, task(async function load(path) { … }), or the task, task({ name: "load" }, async (path) => { … })',
  );
}
