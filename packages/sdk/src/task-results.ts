import { addSeconds } from "@ostinato/core";
import { cacheKey } from "./cache.ts";
import type { FlowRunView } from "./context.ts";
import { callIdentity } from "./identity.ts";
import type { Found } from "./kept-results.ts";
import { findCached, rememberFresh } from "./result-lookup.ts";
import { type Kept, writeResult } from "./results.ts";
import type { Scope } from "./scope.ts";
import type { TaskDefinition } from "./task-definition.ts";

/** What a call is compared by. */
export interface ComparedCall {
  readonly definition: TaskDefinition;
  readonly scope: Scope;
  readonly flowRun: FlowRunView | undefined;
  readonly inputs: ReadonlyMap<string, unknown>;
}

/** A result that is there already, and why it is the one of this call. */
export interface Reusable {
  readonly found: Found;
  readonly message: string;
}

/** What becomes of the result of one task run: whether there is one to use again, and how a new one is kept. */
export class TaskResults {
  readonly #call: ComparedCall;
  readonly #identity: string | undefined;
  /** The key in the cache, where the task has one. */
  readonly cacheKey: string | undefined;

  constructor(call: ComparedCall) {
    this.#call = call;
    // One of the field's servers keeps no results.
    if (call.scope.session.server === undefined) return;
    if (this.#persists) this.#identity = identityOf(call);
    this.cacheKey = cacheKeyOf(call);
  }

  /** A result of an earlier attempt of the flow run, or of an equal call. */
  async reusable(): Promise<Reusable | undefined> {
    const { scope, definition } = this.#call;
    const own = this.#identity === undefined ? undefined : await scope.kept?.take(this.#identity);
    if (own !== undefined) return { found: own, message: "Reused from an earlier attempt of this flow run" };
    if (this.cacheKey === undefined || definition.cache?.refresh === true) return undefined;
    const cached = await findCached(scope.session, this.cacheKey);
    return cached === undefined ? undefined : { found: cached, message: "Reused from the cache" };
  }

  /** The result as the server is to keep it; undefined where nothing is to be kept. */
  async keep(value: unknown): Promise<Kept | undefined> {
    const { scope, definition } = this.#call;
    const { session } = scope;
    if (session.server === undefined || !(this.#persists || this.cacheKey !== undefined)) return undefined;
    const seconds = definition.cache?.expiresSeconds;
    if (this.cacheKey !== undefined) rememberFresh(session, this.cacheKey);
    return await writeResult(value, {
      session,
      identity: this.#identity,
      cacheKey: this.cacheKey,
      expires: seconds === undefined ? undefined : addSeconds(session.clock.now(), seconds),
    });
  }

  get #persists(): boolean {
    return this.#call.definition.options.persist ?? this.#call.scope.persist;
  }
}

/** Equal calls of one flow run are told apart by their order. */
function identityOf({ definition, scope, inputs }: ComparedCall): string | undefined {
  const identity = callIdentity(definition.key, [...inputs.values()]);
  return identity === undefined ? undefined : `${identity}:${scope.count(`identity ${identity}`)}`;
}

function cacheKeyOf({ definition, flowRun, inputs }: ComparedCall): string | undefined {
  if (definition.cache === undefined) return undefined;
  const call = {
    taskName: definition.name,
    inputs: Object.fromEntries(inputs),
    flowParameters: flowRun?.parameters,
    flowRunId: flowRun?.id,
  };
  return cacheKey(definition.cache, call, { key: definition.key, source: definition.fn.toString() });
}
