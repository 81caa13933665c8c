import { addSeconds, formatTimestamp, previewOf, stateNames, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { TaskRunValues } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { beginMaking } from "../assets/asset.ts";
import { context, type FlowRunView, type RunContext, type TaskRunView } from "../context.ts";
import {
  Cancelled,
  ClaimLost,
  Crashed,
  rootCause,
  Suspended,
  TaskFailed,
  TaskTimeout,
  toError,
  UpstreamFailed,
} from "../errors.ts";
import { failureDetails } from "../failures/failure-details.ts";
import { failureMessage, failureReport } from "../failures/failure-text.ts";
import {
  allOver,
  type Dependencies,
  dependenciesOf,
  type Failure,
  fillIn,
  resolved,
  taskInputs,
} from "../inputs/arguments.ts";
import { nameArguments } from "../inputs/parameter-names.ts";
import type { RunSlots } from "../limits/run-slots.ts";
import { tagLimitsOf } from "../limits/tag-limits.ts";
import { writeLine } from "../logging/log-line.ts";
import { isObserved, observe } from "../logging/observers.ts";
import { captureOutput, endOutput } from "../logging/output-capture.ts";
import { type KeptOfTask, TaskResults } from "../results/task-results.ts";
import { beginCall, rememberOrder } from "../run/call-order.ts";
import { callHooks, hasHookFor } from "../run/hooks.ts";
import { Interruption } from "../run/interruption.ts";
import { withTags } from "../run/related-resources.ts";
import { makeRunName } from "../run/run-name.ts";
import type { Interruptible } from "../run/runs-under-way.ts";
import { stateMessage } from "../run/state-message.ts";
import type { Scope } from "../scope.ts";
import { redact, redactInside, redaction } from "../secrets/redaction.ts";
import { session } from "../session/session.ts";
import { type FinalState, finalState, isDeclared, type RunState, unsuccessfulState } from "../states.ts";
import { runInThread } from "../threads/thread-pool.ts";
import { type AttemptPart, enclosingTransaction, inTransaction } from "../transactions/enclosing.ts";
import { type Lead, type LeadEnd, leadOrFollow } from "./equal-calls.ts";
import { acquireSlots } from "./slots.ts";
import type { CallOptions, Place } from "./task-call.ts";
import type { TaskDefinition } from "./task-definition.ts";
import { TaskFuture } from "./task-future.ts";
import { isWorthRetry, secondsBeforeRetry, type Warn } from "./task-retries.ts";
import { type NextState, TaskRunRecord } from "./task-run-record.ts";

/** One run of a task: from the call to the final state. */
export class TaskRun implements Interruptible, TaskRunView {
  readonly id: string;
  /** Made from the arguments once they are known, where the task has a `runName`. */
  name: string;
  readonly definition: TaskDefinition;
  readonly future: TaskFuture<unknown>;
  readonly scope: Scope;
  readonly flowRun: FlowRunView | undefined;
  readonly #args: readonly unknown[];
  readonly #call: CallOptions;
  readonly parent: TaskRunView | undefined;
  readonly #record: TaskRunRecord;
  readonly #dependencies: ReadonlyMap<string, Dependencies>;
  readonly #interruption = new Interruption();
  readonly #transaction = enclosingTransaction();
  #results: TaskResults | undefined;
  /** Set while equal calls wait for this one. */
  #lead: Lead | undefined;
  /** Whether an existing result may replace the call of the function. */
  #mayReuse = true;
  /** The arguments by parameter name, once all their futures have settled. */
  inputs: ReadonlyMap<string, unknown> = new Map();
  /** Whether its function was called. */
  started = false;
  /** The name that the function declared for the end of this attempt. */
  #declaredName: string | undefined;
  /** The limits of which it and its callers hold slots; undefined where it needs none. */
  #heldLimits: readonly string[] | undefined;

  constructor(definition: TaskDefinition, args: readonly unknown[], place: Place, call: CallOptions) {
    const { scope, flowRun, parent } = place;
    const after = scope.flowRunId === undefined ? [] : beginCall(parent ?? scope);
    const { given } = call;
    this.id = given?.id ?? timeOrderedId(scope.clock.now());
    this.definition = definition;
    this.scope = scope;
    this.flowRun = flowRun;
    this.#args = args;
    this.#call = call;
    this.parent = parent;
    const named = nameArguments(definition.parameters, args);
    this.#dependencies = this.#findDependencies(named);
    this.name = given?.name ?? this.#numberedName();
    const description = {
      id: this.id,
      taskKey: definition.identity.label,
      taskVersion: definition.options.version,
      policy: definition.policy,
      tags: this.tags,
      flowRunAttempt: scope.attempt,
      related: withTags(scope.related, this.tags),
      after,
      given,
    };
    this.#record = new TaskRunRecord(description, this.name, given?.inputs ?? taskInputs(this.#dependencies));
    this.future = new TaskFuture(this.id, this);
    rememberOrder(this.future, after);
    scope.enter(this);
    this.#transaction?.enter(this);
  }

  /** The number of the attempt, from 1. */
  get attempt(): number {
    return this.#record.runCount;
  }

  get taskName(): string {
    return this.definition.name;
  }

  get tags(): readonly string[] {
    return redactInside(this.definition.options.tags ?? []);
  }

  get logPrints(): boolean {
    return this.definition.options.logPrints ?? this.scope.logPrints;
  }

  get state(): RunState {
    return this.#record.state ?? unrecorded(this.id, "PENDING", stateNames.pending);
  }

  get callIdentity(): string | undefined {
    return this.#results?.identity;
  }

  /** Aborted when the run is cancelled or the attempt takes too long. */
  get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  interrupt(reason: Error): void {
    this.#interruption.interrupt(reason);
  }

  /** Runs all attempts up to the final state. Never rejects. */
  async execute(): Promise<void> {
    const final = await this.#untilFinal();
    if (this.definition.assets !== undefined || this.scope.assets !== undefined) await this.#tellOfAssets(final);
    if (hasHookFor(this.definition.options, final)) await this.#callHooks(final);
    this.future.end(final);
    this.#transaction?.leave(this, this.future);
    this.scope.leave(this, this.future);
  }

  /** Tells of what the run made, and leaves to others what it was made of. */
  async #tellOfAssets(final: FinalState<unknown>): Promise<void> {
    const { trackAssets, tellOfAssets } = await import("../assets/lineage.ts");
    this.scope.assets ??= new Map();
    const { makes = [], dependsOn = [] } = this.definition.assets ?? {};
    const { __parents__: _, ...inputs } = this.#record.inputs;
    const upstreamRuns = Object.values(inputs).flatMap((from) =>
      from.flatMap((input) => ("id" in input ? [input.id] : [])),
    );
    const { materializedBy } = this.definition.options;
    const made = { run: this, caller: this.#context(), makes, dependsOn, materializedBy, upstreamRuns };
    const upstream = trackAssets(this.scope.assets, made);
    if (makes.length === 0 || !this.scope.isOpen) return;
    try {
      await tellOfAssets(this.scope.session, made, { upstream, final, occurred: this.scope.clock.now() });
    } catch (error) {
      this.warn(`nobody was told of its assets: ${failureMessage(toError(error))}`);
    }
  }

  async #untilFinal(): Promise<FinalState<unknown>> {
    try {
      if (!this.scope.isOpen) this.scope.open(await session());
    } catch (error) {
      return unsuccessfulState(unrecorded(this.id, "CRASHED", stateNames.crashed), toError(error));
    }
    try {
      if (this.definition.assets !== undefined) beginMaking(this, this.definition.assets.makes);
      if (this.scope.interruption !== undefined) this.interrupt(this.scope.interruption);
      this.#enter({ type: "PENDING", name: stateNames.pending });
      return await this.#attempts();
    } catch (error) {
      return this.#fail(toError(error));
    }
  }

  async #attempts(): Promise<FinalState<unknown>> {
    const args = await this.#awaitInputs();
    for (let attempt = this.#record.runCount + 1; ; attempt += 1) {
      const release = await this.#awaitStart();
      let delaySeconds: number;
      let end: LeadEnd = "failed";
      try {
        const results = this.#results ?? this.#compare();
        const reused = this.#mayReuse ? await this.#reuse(results) : undefined;
        const final = reused ?? (await this.#run(attempt, args, results));
        end = results.isCached || reused !== undefined ? "kept" : "unkept";
        return final;
      } catch (error) {
        if (!(await this.#mayRetry(toError(error), attempt))) throw error;
        delaySeconds = this.#announceRetry(toError(error), attempt);
      } finally {
        this.#lead?.end(end);
        this.#lead = undefined;
        release();
      }
      this.#mayReuse = false;
      await this.#awaitRetry(delaySeconds);
    }
  }

  /** Resolves with the arguments once all their futures have settled. */
  async #awaitInputs(): Promise<readonly unknown[]> {
    const links = [...this.#dependencies.values()].flatMap((dependencies) => dependencies.links);
    let args = this.#args;
    if (links.length > 0) {
      for (const { future } of links) future.observe();
      const failure = await this.#interruption.guard(allOver(links));
      if (failure !== undefined) throw upstreamFailed(this.name, failure);
      args = args.map((argument) => fillIn(argument));
      // A map over a future, or a subflow, gets its task runs only now.
      this.#record.inputs = taskInputs(this.#dependencies);
    }
    this.inputs = nameArguments(this.definition.parameters, args);
    if (this.definition.options.runName !== undefined) await this.#nameByInputs();
    return args;
  }

  /**
   * Waits for a slot, and until no reusable equal call is under way. A run never waits for another one while it holds a slot, which the
   * other may need, and never makes others wait while it has none.
   */
  async #awaitStart(): Promise<() => void> {
    for (let alone = false; ; ) {
      const release = await this.#acquireSlots();
      let equal: Lead;
      try {
        const { sharedKey: key } = this.#compare();
        const place = alone || key === undefined ? undefined : leadOrFollow(this.scope.session, key);
        if (place === undefined) return release;
        if ("lead" in place) {
          this.#lead = place.lead;
          return release;
        }
        equal = place.follow;
      } catch (error) {
        release();
        throw error;
      }
      release();
      alone = (await this.#interruption.guard(equal.ended)) !== "failed";
      this.#mayReuse = true;
    }
  }

  #acquireSlots(): Promise<() => void> {
    // A task called by a task shares the slot of its caller, which may be waiting for it.
    const limiters = [this.#call.limiter, this.parent === undefined ? this.scope.limiter : undefined];
    const { events, logs } = this.scope.session;
    return acquireSlots({ limiters, interruption: this.#interruption, sinks: [events, logs] });
  }

  /** Compares the call by its present arguments: they may have changed while it waited. */
  #compare(): TaskResults {
    if (this.#results !== undefined && (!this.#mayReuse || this.#results.isCurrent)) return this.#results;
    this.#results = new TaskResults(this);
    this.#record.cacheKey = this.#results.cacheKey;
    return this.#results;
  }

  /** Ends the run with an existing result. */
  async #reuse(results: TaskResults): Promise<FinalState<unknown> | undefined> {
    const reusable = await results.reusable();
    if (reusable === undefined) return undefined;
    const { found, message, isOfRun } = reusable;
    this.#rememberMade(found.value);
    // What an earlier attempt of the flow run did in the transaction is not committed yet.
    if (isOfRun) await this.#completeIn(this.#transaction?.begin(), found.value, { resultId: found.id });
    const values = { ...this.#previewInputs(), reused_result_id: found.id };
    const state = this.#enter({ type: "COMPLETED", name: stateNames.cached, message, values });
    return finalState({ ...state, type: "COMPLETED" }, found.value);
  }

  async #run(attempt: number, args: readonly unknown[], results: TaskResults): Promise<FinalState<unknown>> {
    if (!this.#sharesSlots()) return await this.#runOnce(attempt, args, results);
    const held = await this.#takeSharedSlots();
    try {
      return await this.#runOnce(attempt, args, results);
    } finally {
      // Who goes on with the result need not wait for the server.
      void held?.release();
    }
  }

  #sharesSlots(): boolean {
    const { concurrency, rate, tags = [] } = this.definition.options;
    if (concurrency !== undefined || rate !== undefined) return true;
    return tags.length > 0 && tagLimitsOf(this.scope.session).mayLimit(this.tags);
  }

  /** Waits for the slots that the task shares with other processes. */
  async #takeSharedSlots(): Promise<RunSlots | undefined> {
    const { session } = this.scope;
    if (session.server === undefined) return undefined;
    const { options, identity } = this.definition;
    const { takeRunSlots } = await import("../limits/run-slots.ts");
    const heldByCallers = context.getStore()?.heldLimits ?? [];
    const taken = takeRunSlots(session, {
      holder: { type: "task_run", id: this.id },
      limits: options,
      tags: this.tags,
      owner: { kind: "task", name: identity.label },
      args: Object.fromEntries(this.inputs),
      heldByCallers,
      signal: this.signal,
      onWait: (sentence) => this.#log(logLevels.info, sentence),
      onLost: (error) => this.interrupt(new Crashed(error.message)),
    });
    const held = await this.#interruption.guard(taken);
    this.#heldLimits = [...heldByCallers, ...held.limits];
    return held;
  }

  async #runOnce(attempt: number, args: readonly unknown[], results: TaskResults): Promise<FinalState<unknown>> {
    this.started = true;
    this.#declaredName = undefined;
    const running =
      attempt === 1
        ? this.#enter({ type: "RUNNING", name: stateNames.running, values: this.#previewInputs() })
        : this.#enter({ type: "RUNNING", name: stateNames.retrying });
    if (hasHookFor(this.definition.options, running)) await this.#callHooks(running);
    const part = this.#transaction?.begin();
    try {
      const returned = await inTransaction(part, () => this.#callFunction(args));
      return await this.#complete(returned, results, part);
    } catch (thrown) {
      throw part === undefined ? thrown : await this.#undo(part, toError(thrown));
    } finally {
      if (this.logPrints) endOutput(this.#context());
    }
  }

  /** Undoes what the attempt did in its transaction. An interrupted run ends as such, whatever its hooks do. */
  async #undo(part: AttemptPart, error: Error): Promise<Error> {
    const undone = await part.rollBack(error);
    return error === this.#interruption.reason ? error : undone;
  }

  async #completeIn(part: AttemptPart | undefined, value: unknown, result?: KeptOfTask): Promise<void> {
    if (part === undefined) return;
    await part.settled();
    const { id, name, attempt } = this;
    const { options, name: of } = this.definition;
    part.complete({ hooks: options, step: { run: { id, name, attempt }, of, value }, result });
  }

  /** Whoever may have lost the run to another process learns that first, and then reports nothing. */
  async #callFunction(args: readonly unknown[]): Promise<unknown> {
    try {
      return await this.#callInTime(args);
    } finally {
      const owned = this.#interruption.reason === undefined ? this.#call.given?.untilOwned() : undefined;
      if (owned !== undefined) await this.#interruption.guard(owned);
    }
  }

  /** Calls the function, bounded by the timeout and by interruption; the result of a function that runs on is ignored. */
  async #callInTime(args: readonly unknown[]): Promise<unknown> {
    const { definition, scope } = this;
    const { timeoutSeconds } = definition;
    this.#interruption.beginAttempt();
    if (this.logPrints) captureOutput();
    const { fn, options } = definition;
    const call = async () => (options.runIn === "thread" ? runInThread(this, args) : fn(...(args as never[])));
    const inContext = () => context.run(this.#context(), call);
    const called = this.#interruption.guard(this.#lead === undefined ? inContext() : this.#lead.around(inContext));
    if (timeoutSeconds === undefined) return resolved(await called);
    const timeOut = () => this.#interruption.endAttempt(new TaskTimeout(this.name, timeoutSeconds));
    const stopTimer = scope.session.clock.after(timeoutSeconds, timeOut);
    try {
      return await resolved(await called);
    } finally {
      stopTimer();
    }
  }

  async #complete(
    returned: unknown,
    results: TaskResults,
    part: AttemptPart | undefined,
  ): Promise<FinalState<unknown>> {
    const { name = stateNames.completed, message, value } = this.#read(returned);
    const kept = await results.keep(value, part === undefined ? "now" : "with the transaction");
    this.#rememberMade(value);
    const { notKept } = kept ?? {};
    if (notKept !== undefined)
      this.#log(notKept.level, `${notKept.reason}; when the flow runs again, so does this task`);
    const cacheKey = kept?.result.cache_key ?? undefined;
    const state = this.#enter({
      type: "COMPLETED",
      name: redact(name),
      message: stateMessage(message ?? notKept?.reason ?? ""),
      details: cacheKey === undefined ? {} : { cache_key: cacheKey },
      values: kept === undefined ? undefined : { result: kept.result },
    });
    const result = kept === undefined ? undefined : { resultId: state.id, cached: kept.cached };
    await this.#completeIn(part, value, result);
    return finalState({ ...state, type: "COMPLETED" }, value);
  }

  /** Reads the returned value, or the end that the function declared. */
  #read(returned: unknown): { name?: string | undefined; message?: string | undefined; value: unknown } {
    if (!isDeclared(returned)) return { value: returned };
    this.#declaredName = returned.name;
    if (returned.type === "FAILED") throw new TaskFailed(returned.message);
    if (returned.type === "CANCELLED") throw this.#interruption.end(new Cancelled(returned.message));
    return returned;
  }

  async #mayRetry(error: Error, attempt: number): Promise<boolean> {
    const { retries, options } = this.definition;
    if (this.#interruption.reason !== undefined || retries === 0) return false;
    return (await isWorthRetry(options, error, { attempt, warn: this.warn })) && attempt <= retries;
  }

  #announceRetry(error: Error, attempt: number): number {
    const { options, retries } = this.definition;
    const seconds = secondsBeforeRetry(options, { attempt, warn: this.warn });
    const scheduled = addSeconds(this.scope.clock.now(), seconds);
    const when = seconds === 0 ? "now" : `in ${Math.round(seconds * 10) / 10} s`;
    this.#log(
      logLevels.warning,
      `failed: ${failureMessage(error)}; trying again ${when} (retry ${attempt} of ${retries})`,
    );
    this.#enter({
      type: "SCHEDULED",
      name: stateNames.awaitingRetry,
      message: stateMessage(failureMessage(error)),
      details: { scheduled_time: formatTimestamp(scheduled), ...redactInside(failureDetails(error)) },
    });
    return seconds;
  }

  async #awaitRetry(seconds: number): Promise<void> {
    if (seconds === 0) return;
    let stop = () => {};
    const waited = new Promise<void>((resolve) => {
      stop = this.scope.session.clock.after(seconds, resolve);
    });
    await this.#interruption.guard(waited).finally(stop);
  }

  #fail(error: Error): FinalState<unknown> {
    const message = stateMessage(failureMessage(error));
    // Another run's cancellation that was awaited here is a failure like any other.
    const own = error === this.#interruption.reason;
    if (own && error instanceof Cancelled) {
      const state = this.#enter({ type: "CANCELLED", name: stateNames.cancelled, message });
      return unsuccessfulState({ ...state, type: "CANCELLED" }, error);
    }
    if (error instanceof UpstreamFailed && !this.started) {
      // Prefect's name for it, which is not a final state on the server.
      const state = this.#enter({ type: "PENDING", name: stateNames.notReady, message });
      return unsuccessfulState({ ...state, type: "FAILED" }, error);
    }
    if (own && error instanceof ClaimLost) {
      this.#log(logLevels.warning, failureMessage(error));
      return unsuccessfulState(unrecorded(this.id, "CRASHED", stateNames.crashed), error);
    }
    const details = redactInside(failureDetails(error));
    if (own && (error instanceof Crashed || error instanceof Suspended)) {
      const state = this.#enter({ type: "CRASHED", name: stateNames.crashed, message, details });
      return unsuccessfulState({ ...state, type: "CRASHED" }, error);
    }
    this.#log(logLevels.error, `failed: ${failureReport(error)}`);
    const name = this.#declaredName ?? (error instanceof TaskTimeout ? stateNames.timedOut : stateNames.failed);
    const state = this.#enter({ type: "FAILED", name, message, details });
    return unsuccessfulState({ ...state, type: "FAILED" }, error);
  }

  #enter(next: NextState): RunState {
    const { state, event } = this.#record.enter(next, this.scope.clock.now());
    this.scope.session.events.send(event);
    if (isObserved())
      observe({ kind: "task-run", id: this.id, name: this.name, flowRunId: this.scope.flowRunId ?? null, state });
    return state;
  }

  #previewInputs(): TaskRunValues {
    const options = { redact: redaction() };
    return { inputs: [...this.inputs].map(([name, value]) => ({ name, preview: previewOf(value, options) })) };
  }

  /** Users of the value depend on this run. */
  #rememberMade(value: unknown): void {
    const inputs = Object.values(this.#record.inputs).flatMap((from) =>
      from.flatMap((input) => ("id" in input ? [input.id] : [])),
    );
    this.scope.provenance.remember(value, this.id, new Set(inputs));
  }

  #findDependencies(named: ReadonlyMap<string, unknown>): Map<string, Dependencies> {
    const found = new Map<string, Dependencies>();
    for (const [name, value] of named) found.set(name, dependenciesOf(value, this.scope.provenance));
    if (this.#call.waitFor !== undefined) found.set("wait_for", dependenciesOf(this.#call.waitFor));
    if (this.parent !== undefined) found.set("__parents__", { links: [], producers: [this.parent.id] });
    return found;
  }

  #numberedName(): string {
    const { name } = this.definition;
    const number = this.scope.flowRunId === undefined ? this.id.slice(-4) : this.scope.count(`name ${name}`);
    return `${name}-${number}`;
  }

  async #nameByInputs(): Promise<void> {
    const { options, defaults } = this.definition;
    const { name, problem } = await makeRunName(options.runName ?? "", {
      parameters: Object.fromEntries(this.inputs),
      defaults,
    });
    if (problem !== undefined) this.warn(problem);
    this.name = name ?? this.name;
    this.#record.name = this.name;
  }

  #callHooks(state: RunState): Promise<void> {
    const event = { run: { id: this.id, name: this.name, attempt: this.attempt }, of: this.definition.name, state };
    return callHooks(this.definition.options, event, (level, message) => this.#log(level, message));
  }

  readonly warn: Warn = (message) => this.#log(logLevels.warning, message);

  #log(level: number, message: string): void {
    writeLine(this.#context(), level, message);
  }

  #context(): RunContext {
    const { scope, flowRun } = this;
    const heldLimits = this.#heldLimits ?? context.getStore()?.heldLimits ?? [];
    return { session: scope.isOpen ? scope.session : undefined, scope, flowRun, taskRun: this, heldLimits };
  }
}

function upstreamFailed(name: string, { future, error }: Failure): UpstreamFailed {
  return new UpstreamFailed(name, future.name, { cause: error, reason: failureMessage(rootCause(error)) });
}

/** A state that is not reported to any server. */
function unrecorded<T extends RunState["type"]>(id: string, type: T, name: string): RunState & { readonly type: T } {
  return { id, type, name, message: "", timestamp: 0 as Timestamp };
}
