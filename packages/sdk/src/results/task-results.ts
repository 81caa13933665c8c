import { addSeconds, formatTimestamp, type ResultLocation } from "@ostinato/core";
import { logLevels } from "@ostinato/protocol/log-levels";
import type { FlowRunView, TaskRunView } from "../context.ts";
import { failureMessage } from "../failures/failure-text.ts";
import { callIdentity, InputDigests } from "../identity/call-identity.ts";
import type { DefinitionIdentity } from "../identity/definition-identity.ts";
import type { Scope } from "../scope.ts";
import { type CacheRule, cacheKey } from "./cache.ts";
import type { Found } from "./kept-results.ts";
import { findCached, rememberFresh } from "./result-lookup.ts";
import { parseResultStorage, type ResultStorage } from "./result-stores.ts";
import { type Kept, type NotKept, writeResult } from "./results.ts";

/** Options for keeping and reusing the results of a task. */
export interface ResultRules {
  readonly name: string;
  readonly identity: DefinitionIdentity;
  readonly cache: CacheRule | undefined;
  readonly options: { readonly persist?: boolean; readonly resultStorage?: ResultStorage };
}

/** The parts of a call that are compared with other calls. */
export interface ComparedCall {
  readonly definition: ResultRules;
  readonly scope: Scope;
  readonly flowRun: FlowRunView | undefined;
  /** The task run that made the call. */
  readonly parent: TaskRunView | undefined;
  readonly inputs: ReadonlyMap<string, unknown>;
  readonly warn: (message: string) => void;
}

/** An existing result for a call, and the reason for reusing it. */
export interface Reusable {
  readonly found: Found;
  readonly message: string;
  /** Whether an earlier attempt of the flow run made it. */
  readonly isOfRun: boolean;
}

/** Where a kept result is, and the cache key that equal calls are to find it by later. */
export interface KeptOfTask {
  readonly resultId: string;
  readonly cached?: LaterCached | undefined;
}

interface LaterCached {
  readonly cacheKey: string;
  readonly expires: string | undefined;
}

/** The result of one task run: finds a reusable one, or stores a new one. */
export class TaskResults {
  readonly #call: ComparedCall;
  /** The arguments at the time of the comparison. Undefined where the result is not kept. */
  readonly #inputs: InputDigests | undefined;
  readonly #storage: ResultLocation | undefined;
  /** Identifies the call in its flow run. Undefined where its result is not kept. */
  readonly identity: string | undefined;
  /** The key in the cache, where the task is cached. */
  readonly cacheKey: string | undefined;
  /** Whether the result was stored for equal calls. */
  isCached = false;

  constructor(call: ComparedCall) {
    this.#call = call;
    const { definition, scope } = call;
    // Prefect's servers keep no results.
    if (scope.session.server === undefined || !(this.#persists || definition.cache !== undefined)) return;
    this.#storage = storageOf(call);
    this.#inputs = new InputDigests(call.inputs);
    if (this.#persists) this.identity = identityOf(call, this.#inputs);
    if (definition.cache !== undefined) this.cacheKey = cacheKeyOf(call, definition.cache, this.#inputs);
  }

  /** Whether the arguments still equal those that were compared. */
  get isCurrent(): boolean {
    if (this.#inputs === undefined || this.#inputs.areFixed) return true;
    return new InputDigests(this.#call.inputs).together()?.text === this.#inputs.together()?.text;
  }

  /** The key by which equal simultaneous calls are computed once. */
  get sharedKey(): string | undefined {
    return this.#call.definition.cache?.refresh === true ? undefined : this.cacheKey;
  }

  /** A result of an earlier attempt of the flow run, or of an equal call. */
  async reusable(): Promise<Reusable | undefined> {
    const { scope, definition } = this.#call;
    const own = this.identity === undefined ? undefined : await scope.kept?.take(this.identity);
    if (own !== undefined)
      return { found: own, message: "Reused from an earlier attempt of this flow run", isOfRun: true };
    if (this.cacheKey === undefined || definition.cache?.refresh === true) return undefined;
    const cached = await findCached(scope.session, this.cacheKey);
    return cached === undefined ? undefined : { found: cached, message: "Reused from the cache", isOfRun: false };
  }

  /** Encodes the result for the server, and says when equal calls get it; undefined where nothing is stored. */
  async keep(
    value: unknown,
    cached: "now" | "with the transaction",
  ): Promise<(Kept & { readonly cached?: LaterCached | undefined }) | undefined> {
    if (this.#inputs === undefined) return undefined;
    const { session } = this.#call.scope;
    const { identity, cacheKey } = this.#valid(this.#inputs);
    const seconds = this.#call.definition.cache?.expiresSeconds;
    const expires = seconds === undefined ? undefined : addSeconds(session.clock.now(), seconds);
    if (cacheKey !== undefined) rememberFresh(session, cacheKey);
    const common = { session, storage: this.#storage, identity };
    const kept = await writeResult(value, cached === "now" ? { ...common, cacheKey, expires } : common);
    this.isCached = kept.result.cache_key !== undefined;
    const later =
      cached === "now" || cacheKey === undefined || kept.notKept !== undefined
        ? undefined
        : { cacheKey, expires: expires === undefined ? undefined : formatTimestamp(expires) };
    if (identity === this.identity && cacheKey === this.cacheKey) return { ...kept, cached: later };
    return { ...kept, cached: later, notKept: kept.notKept ?? changedArguments };
  }

  /**
   * The keys under which the result may be found again, without those made of arguments that have changed since. Either the function
   * changed them, which a reused result would not do, or they changed before the function read them.
   */
  #valid(before: InputDigests): Partial<Record<"identity" | "cacheKey", string | undefined>> {
    const known = { identity: this.identity, cacheKey: this.cacheKey };
    if (before.areFixed) return known;
    const { inputs, definition } = this.#call;
    const now = new InputDigests(inputs);
    const { cache } = definition;
    const changed = (without?: ReadonlySet<string>) => now.together(without)?.text !== before.together(without)?.text;
    return {
      identity: changed() ? undefined : known.identity,
      cacheKey: cache?.by.includes("inputs") === true && changed(cache.without) ? undefined : known.cacheKey,
    };
  }

  get #persists(): boolean {
    return this.#call.definition.options.persist ?? this.#call.scope.persist;
  }
}

const changedArguments: NotKept = {
  reason: "the result is not used again: the arguments changed while the task ran",
  level: logLevels.debug,
};

function storageOf({ definition, scope }: ComparedCall): ResultLocation | undefined {
  const text = definition.options.resultStorage ?? scope.resultStorage ?? scope.session.resultStorage;
  return text === undefined ? undefined : parseResultStorage(text);
}

function identityOf({ definition, scope, parent }: ComparedCall, inputs: InputDigests): string | undefined {
  const given = inputs.together();
  return given === undefined
    ? undefined
    : callIdentity({ definition: definition.identity, scope, parent, given: given.text });
}

/** A key that cannot be computed disables the cache for the call, but does not fail the run. */
function cacheKeyOf(
  { definition, flowRun, inputs, warn }: ComparedCall,
  rule: CacheRule,
  digests: InputDigests,
): string | undefined {
  const call = {
    taskName: definition.name,
    inputs: Object.fromEntries(inputs),
    flowParameters: flowRun?.parameters,
    flowRunId: flowRun?.id,
  };
  try {
    return cacheKey({ rule, call, inputs: digests, task: definition.identity });
  } catch (error) {
    warn(`its cache key failed: ${failureMessage(error)}; this call is not cached`);
    return undefined;
  }
}
