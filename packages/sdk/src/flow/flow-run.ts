import { isNotFound } from "@ostinato/client";
import type { Claim } from "@ostinato/client/flow-run-states";
import { type Decision, proposeState, readState } from "@ostinato/client/flow-run-states";
import { type ResultLocation, secondsBetween, stateNames, toTimestamp } from "@ostinato/core";
import type { FlowRunPolicy, keepFlowRunResult, Resource, State, StateCreate, updateFlowRun } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { context, type FlowRunStates, type FlowRunView, type RunContext } from "../context.ts";
import { Cancelled, FlowTimeout, Suspended, toError } from "../errors.ts";
import { failureMessage } from "../failures/failure-text.ts";
import { resolved } from "../inputs/arguments.ts";
import { writeLine } from "../logging/log-line.ts";
import { isObserved, observe } from "../logging/observers.ts";
import { captureOutput, endOutput } from "../logging/output-capture.ts";
import { KeptResults } from "../results/kept-results.ts";
import { writeResult } from "../results/results.ts";
import { heartbeatDetails } from "../run/heartbeat-details.ts";
import { callHooks, hasHookFor } from "../run/hooks.ts";
import { Interruption } from "../run/interruption.ts";
import { Limiter } from "../run/limiter.ts";
import { flowRunResources, placeResources, type RunPlace, withTags } from "../run/related-resources.ts";
import type { Interruptible } from "../run/runs-under-way.ts";
import { Scope } from "../scope.ts";
import { redactInside } from "../secrets/redaction.ts";
import { ServerTime } from "../session/server-time.ts";
import { flushed, type Session } from "../session/session.ts";
import { type FinalState, type RunState, unsuccessfulState } from "../states.ts";
import { type AttemptPart, enclosingTransaction, inTransaction } from "../transactions/enclosing.ts";
import { noteHooks } from "../transactions/subflow-hooks.ts";
import { watchCancellation } from "./cancellation.ts";
import type { FlowDefinition } from "./flow-definition.ts";
import { abortedEnd, acceptedEnd, endByDeletion, endOf, sentence, suspendedEnd } from "./flow-ends.ts";
import { type Outcome, outcomeOfError, outcomeOfValue, stateOf } from "./flow-outcome.ts";
import { delayAfter, retryPolicy } from "./flow-retries.ts";
import { FlowSlots } from "./flow-slots.ts";
import { FlowTimeLimit } from "./flow-timeout.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { addLiveRun } from "./live-runs.ts";

/** What the policy of a run on the server says of its pauses. */
export type PausesSoFar = Pick<FlowRunPolicy, "pause_keys" | "resuming" | "retry_type">;

/** A flow run as the server created it. */
interface FlowRunIdentity {
  readonly id: string;
  readonly name: string;
  readonly flowId: string;
  readonly state: RunState;
  /** Attempts before this one. */
  readonly runCount: number;
  /** What its server's rules remember of its pauses; undefined for a run that has not been executed before. */
  readonly pauses: PausesSoFar | undefined;
  readonly scheduledTime: string | undefined;
  readonly deploymentId: string | undefined;
  readonly place: RunPlace;
}

export interface FlowRunOptions {
  readonly session: Session;
  readonly definition: FlowDefinition;
  readonly identity: FlowRunIdentity;
  /** The checked and coerced parameters. */
  readonly parameters: unknown;
  /** Identifies the call by its parameters, so that a parent that runs again recognizes it. */
  readonly callIdentity: string | undefined;
  readonly parent: FlowRunView | undefined;
  /** The store for its result; undefined where the server keeps it. */
  readonly storage: ResultLocation | undefined;
  /** A problem that occurred before the run existed and could log it. */
  readonly warning: string | undefined;
  /** The right by which this process executes the run, where the server gave it one. */
  readonly claim?: Claim | undefined;
  /** Whether somebody else made the run, who does not know the flow's retries. */
  readonly wasThere?: boolean;
}

/** One run of a flow: from its creation on the server to its final state, with all attempts. */
export class FlowRun implements Interruptible, FlowRunView, FlowRunStates {
  readonly session: Session;
  readonly definition: FlowDefinition;
  readonly id: string;
  readonly name: string;
  readonly parameters: unknown;
  readonly parent: FlowRunView | undefined;
  readonly #options: FlowRunOptions;
  readonly #interruption = new Interruption();
  readonly #slots = new FlowSlots(this);
  readonly #serverTime: ServerTime;
  readonly #transaction = enclosingTransaction();
  #scope: Scope;
  #timeLimit: FlowTimeLimit | undefined;
  /** The run's state on the server. */
  state: RunState;
  attempt: number;
  started = false;

  constructor(options: FlowRunOptions) {
    const { session, definition, identity, parameters, parent } = options;
    this.#options = options;
    this.session = session;
    this.definition = definition;
    this.id = identity.id;
    this.name = identity.name;
    this.state = identity.state;
    this.attempt = identity.runCount;
    this.parameters = parameters;
    this.parent = parent;
    this.#serverTime = new ServerTime(session.clock);
    this.#scope = this.#newScope(undefined, false);
    if (options.warning !== undefined) this.#log(logLevels.warning, options.warning);
    this.#observe();
  }

  /** Aborted when the run is cancelled or takes too long. */
  get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  get flowName(): string {
    return this.definition.name;
  }

  get states(): FlowRunStates {
    return this;
  }

  get claim(): Claim | undefined {
    return this.#options.claim;
  }

  get scheduledTime(): string | undefined {
    return this.#options.identity.scheduledTime;
  }

  get deploymentId(): string | undefined {
    return this.#options.identity.deploymentId;
  }

  get resources(): readonly Resource[] {
    return withTags([...this.related(), ...placeResources(this.#options.identity.place)], this.tags);
  }

  get tags(): readonly string[] {
    return redactInside(this.definition.options.tags ?? []);
  }

  get url(): string | undefined {
    const { uiUrl } = this.session;
    return uiUrl === undefined ? undefined : `${uiUrl}/runs/flow-run/${this.id}`;
  }

  interrupt(reason: Error): void {
    this.#interruption.interrupt(reason);
    this.#scope.interrupt(reason);
  }

  /** Runs all attempts up to the final state. Rejects only when the server stays unreachable. */
  async execute(): Promise<FinalState<unknown>> {
    if (this.attempt > 0 || this.#options.wasThere === true) await this.#renewPolicy(this.#options.identity.pauses);
    // Heartbeats also cover the waits for the start and for the next attempt.
    const stopHeartbeat = startHeartbeat(this);
    const leave = addLiveRun(this);
    try {
      return await this.#untilFinal();
    } finally {
      leave();
      stopHeartbeat();
    }
  }

  async #untilFinal(): Promise<FinalState<unknown>> {
    try {
      for (;;) {
        const refused = (await this.#takeSlots()) ?? (await this.#begin());
        if (refused !== undefined) return refused;
        const outcome = await this.#runAttempt();
        const { reason } = this.#interruption;
        const isSuspended = reason instanceof Suspended && this.parent === undefined;
        const final = isSuspended ? suspendedEnd(this.state, reason) : await this.#end(outcome);
        if (final !== undefined) return await this.#conclude(final);
      }
    } finally {
      await this.#slots.release();
    }
  }

  /** Waits for the slots of the attempt; returns the final state where the run ends instead. */
  async #takeSlots(): Promise<FinalState<unknown> | undefined> {
    try {
      await this.#slots.take();
    } catch (error) {
      if (error !== this.#interruption.reason) return await this.refuse(toError(error));
      return await this.#endUnbegun(toError(error));
    }
    return undefined;
  }

  async #conclude(final: FinalState<unknown>): Promise<FinalState<unknown>> {
    if (hasHookFor(this.definition.hooks, final)) await this.#callHooks(final);
    this.#log(levelOfEnd(final.type), sentence(final));
    await flushed(this.session, this.session.logs);
    return final;
  }

  /** Ends the run as failed before it starts. */
  async refuse(error: Error): Promise<FinalState<unknown>> {
    const outcome: Outcome = { type: "FAILED", name: stateNames.failed, error };
    this.#log(logLevels.error, failureMessage(error));
    const [{ state }] = await Promise.all([this.#propose(stateOf(outcome)), flushed(this.session, this.session.logs)]);
    const final = unsuccessfulState({ ...state, type: "FAILED" }, error);
    if (hasHookFor(this.definition.hooks, final)) await this.#callHooks(final);
    return final;
  }

  /** Ends the run before its attempt begins. Whatever the server makes of that, this process does not begin it any more. */
  async #endUnbegun(reason: Error): Promise<FinalState<unknown>> {
    const ended = await this.#end(outcomeOfError(reason, true));
    return await this.#conclude(ended ?? unsuccessfulState({ ...this.state, type: "FAILED" }, reason));
  }

  /** Proposes RUNNING until the server accepts it; returns the final state where the server does not. */
  async #begin(): Promise<FinalState<unknown> | undefined> {
    for (;;) {
      let decision: Decision;
      try {
        decision = await this.#propose(
          { type: "RUNNING", name: stateNames.running, state_details: heartbeatDetails(this.session) },
          this.signal,
        );
      } catch (error) {
        if (error !== this.#interruption.reason) throw error;
        return await this.#endUnbegun(toError(error));
      }
      if (decision.status === "ACCEPT") break;
      if (decision.state.type === "CANCELLING") return await this.#endUnbegun(cancelledBy(decision));
      const final = endOf(decision);
      if (final !== undefined) return final;
      await this.#sleep(Math.min(delayUntilScheduled(decision.state) ?? pendingPollSeconds, maxWaitSeconds));
    }
    this.attempt += 1;
    this.#log(logLevels.info, this.#startSentence());
    if (hasHookFor(this.definition.hooks, this.state)) await this.#callHooks(this.state);
    return undefined;
  }

  #startSentence(): string {
    if (this.#goesOn) return `goes on after it was suspended${this.#link()}`;
    return this.attempt === 1 ? `started flow "${this.definition.name}"${this.#link()}` : "started again";
  }

  /** Whether another process has executed a part of this attempt, before it was suspended. */
  get #goesOn(): boolean {
    const { pauses, runCount } = this.#options.identity;
    return pauses?.resuming === true && this.attempt === runCount + 1;
  }

  async #runAttempt(): Promise<Outcome> {
    const isAgain = this.attempt > 1 || this.#goesOn;
    const kept =
      isAgain && this.session.server !== undefined ? await KeptResults.read(this.session.client, this.id) : undefined;
    if (kept !== undefined && kept.size > 0) {
      const results =
        kept.size === 1 ? "1 result of an earlier attempt is" : `${kept.size} results of earlier attempts are`;
      this.#log(logLevels.info, `${results} there to use`);
    }
    const scope = this.#newScope(kept, isAgain);
    this.#scope = scope;
    this.started = true;
    const stopWatching = watchCancellation(this);
    let outcome: Outcome;
    let part: AttemptPart | undefined;
    try {
      part = this.#transaction?.begin();
      this.#interruption.beginAttempt();
      const returned = await inTransaction(part, () => this.#callFunction(scope));
      await this.#interruption.guard(scope.idle());
      if (scope.unhandledFailure !== undefined) throw scope.unhandledFailure;
      outcome = outcomeOfValue(returned, scope.unobservedFailures());
    } catch (thrown) {
      const error = toError(thrown);
      const own = error === this.#interruption.reason;
      if (own || error instanceof FlowTimeout)
        scope.interrupt(own ? error : new Cancelled(`flow run "${this.name}" timed out`));
      else scope.interruptWaiting(new Cancelled(`flow run "${this.name}" failed before this could start`));
      outcome = outcomeOfError(error, own);
    }
    // The flow's value is stored while its tasks settle: neither waits for the other.
    await Promise.all([this.#settle(scope), outcome.type === "COMPLETED" ? this.#keep(outcome.value) : undefined]);
    if (part !== undefined) await this.#endIn(part, outcome);
    if (scope.logPrints) endOutput(this.#context());
    stopWatching();
    return outcome;
  }

  /** What the attempt did is a part of the transaction around it, or undone. */
  async #endIn(part: AttemptPart, outcome: Outcome): Promise<void> {
    if (outcome.type !== "COMPLETED") return void (await part.rollBack(outcome.error));
    const { id, name, attempt, flowName: of } = this;
    if (part.hasHooks) await noteHooks(this.session, id);
    part.complete({ step: { run: { id, name, attempt }, of, value: outcome.value }, result: { flowRunId: id } });
  }

  /** Calls the flow's function, bounded by the timeout and by interruption. */
  async #callFunction(scope: Scope): Promise<unknown> {
    const { definition } = this;
    const { fn, timeoutSeconds } = definition;
    if (scope.logPrints) captureOutput();
    const call = async () => resolved(await fn(this.parameters as never));
    const called = this.#interruption.guard(context.run(this.#context(), call));
    if (timeoutSeconds === undefined) return await called;
    const timeOut = () => this.#interruption.endAttempt(new FlowTimeout(this.name, timeoutSeconds));
    this.#timeLimit = new FlowTimeLimit(this.session.clock, timeoutSeconds, timeOut);
    try {
      return await called;
    } finally {
      this.#timeLimit.halt();
      this.#timeLimit = undefined;
    }
  }

  /** Waits for the runs that are still under way in the attempt, and until the server has all of their events. */
  async #settle(scope: Scope): Promise<void> {
    await scope.idle();
    await Promise.all([flushed(this.session, this.session.events), ...this.session.background]);
  }

  /** Reports to the server how the attempt ended. Undefined when it is retried. */
  async #end(outcome: Outcome): Promise<FinalState<unknown> | undefined> {
    // A pause that nobody answered has ended the run already.
    if (outcome.type === "FAILED" && this.state.type === "FAILED") return acceptedEnd(outcome, this.state);
    if (outcome.type === "FAILED") await this.#arrangeDelay();
    const failedAt = this.session.clock.elapsed();
    const forced = outcome.type === "CANCELLED" || outcome.type === "CRASHED";
    const decision = await this.#propose(stateOf(outcome), undefined, forced);
    if (decision.status === "ACCEPT") return acceptedEnd(outcome, decision.state);
    // An abort says that the run is not this process's any more: where it is scheduled, it is another one's.
    if (decision.status === "REJECT" && decision.state.type === "SCHEDULED" && outcome.type === "FAILED") {
      this.#log(
        logLevels.warning,
        `failed: ${failureMessage(outcome.error)}; trying again (retry ${this.#tries} of ${this.definition.retries})`,
      );
      await this.#waitForRetry(decision, failedAt);
      return undefined;
    }
    // A user asked for the end of the run: end it as they asked.
    if (decision.state.type === "CANCELLING") return await this.#end(outcomeOfError(cancelledBy(decision), true));
    return endOf(decision) ?? abortedEnd(decision);
  }

  propose(state: StateCreate): Promise<Decision> {
    return this.#propose(state, this.signal);
  }

  note(state: State): void {
    this.#become(readState(state));
  }

  #become(state: RunState): void {
    this.state = state;
    if (state.type === "PAUSED") this.#timeLimit?.halt();
    else this.#timeLimit?.run();
    this.#observe();
  }

  momentIn(seconds: number): string {
    return this.#serverTime.in(seconds);
  }

  async #propose(state: StateCreate, signal?: AbortSignal, force = false): Promise<Decision> {
    const { claim } = this;
    const proposal = { flowRunId: this.id, from: this.state, state, force, signal, claim };
    const decision = await proposeState(this.session, proposal).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
      return this.#decidedByDeletion();
    });
    if (decision.status === "ACCEPT") this.#serverTime.hear(decision.state.timestamp);
    this.#become(decision.state);
    return decision;
  }

  /** The run was deleted on the server: end it as if cancelled. */
  #decidedByDeletion(): Decision {
    const { message } = endByDeletion(this.name);
    this.session.logs.forget(this.id);
    const state = {
      ...this.state,
      type: "CANCELLED",
      name: stateNames.cancelled,
      message,
      scheduledTime: undefined,
    } as const;
    return { status: "ABORT", state, reason: message };
  }

  #observe(): void {
    if (!isObserved()) return;
    observe({
      kind: "flow-run",
      id: this.id,
      name: this.name,
      flowName: this.definition.name,
      parentId: this.parent?.id ?? null,
      url: this.url ?? null,
      state: this.state,
    });
  }

  async #keep(value: unknown): Promise<void> {
    const { session, definition } = this;
    if (session.server === undefined || definition.options.persist === false) return;
    const { storage, callIdentity: identity } = this.#options;
    const { result, notKept } = await writeResult(value, { session, storage, identity });
    if (notKept !== undefined) this.#log(notKept.level, notKept.reason);
    await session.client
      .call<typeof keepFlowRunResult>("PUT /flow_runs/{id}/result", { params: { id: this.id }, body: result })
      .catch(unlessDeleted);
  }

  /** The server's rule has one delay: where retries differ, update it before each. */
  async #arrangeDelay(): Promise<void> {
    const { retryDelay: delays } = this.definition.options;
    if (Array.isArray(delays) && this.#tries <= this.definition.retries) await this.#renewPolicy();
  }

  /** Attempts since the run was created or resumed. */
  get #tries(): number {
    return this.attempt - this.#options.identity.runCount;
  }

  async #renewPolicy(pauses?: PausesSoFar): Promise<void> {
    const { definition } = this;
    const before = this.#options.identity.runCount;
    const renewed = this.session.client.call<typeof updateFlowRun>("PATCH /flow_runs/{id}", {
      params: { id: this.id },
      body: {
        flow_version: definition.version,
        empirical_policy: { ...retryPolicy(definition, { before, attempt: Math.max(1, this.#tries) }), ...pauses },
      },
    });
    await renewed.catch(unlessDeleted);
  }

  /** The server knows whole seconds only: fractions are waited for here. */
  async #waitForRetry({ state }: Decision, failedAt: number): Promise<void> {
    const seconds = Math.max(delayAfter(this.definition, this.#tries), delayUntilScheduled(state) ?? 0);
    const left = seconds - (this.session.clock.elapsed() - failedAt);
    if (left <= 0) return;
    await this.#slots.release();
    await this.#sleep(left);
  }

  async #sleep(seconds: number): Promise<void> {
    if (seconds <= 0) return;
    const { clock } = this.session;
    let stop = () => {};
    const slept = new Promise<void>((resolve) => {
      stop = clock.after(seconds, resolve);
    });
    // The next proposal notices an interruption.
    await this.#interruption.guard(slept).catch(() => {});
    stop();
  }

  #newScope(kept: KeptResults | undefined, isAgain: boolean): Scope {
    const { concurrency, logPrints, persist, resultStorage } = this.definition.options;
    return new Scope({
      session: this.session,
      clock: this.session.clock,
      flowRunId: this.id,
      attempt: this.attempt,
      isAgain,
      related: this.related(),
      limiter: typeof concurrency === "number" ? new Limiter(concurrency) : undefined,
      logPrints: logPrints ?? false,
      persist: persist ?? true,
      resultStorage,
      kept,
    });
  }

  say(level: number, message: string): void {
    this.#log(level, message);
  }

  /** Related resources of the events of this run and of its tasks, besides the run itself. */
  related(): readonly Resource[] {
    return flowRunResources(this, { id: this.#options.identity.flowId, name: this.definition.name });
  }

  #link(): string {
    return this.url === undefined ? "" : `: ${this.url}`;
  }

  #callHooks(state: RunState): Promise<void> {
    const event = { run: { id: this.id, name: this.name, attempt: this.attempt }, of: this.definition.name, state };
    return callHooks(this.definition.hooks, event, (level, message) => this.#log(level, message));
  }

  #log(level: number, message: string): void {
    writeLine(this.#context(), level, message);
  }

  #context(): RunContext {
    return {
      session: this.session,
      scope: this.#scope,
      flowRun: this,
      taskRun: undefined,
      heldLimits: this.#slots.held,
    };
  }
}

/** Seconds between two proposals while the server makes the run wait. */
const pendingPollSeconds = 0.2;
/** Upper bound on one wait, because the run may be rescheduled meanwhile. */
const maxWaitSeconds = 30;

/** Both times are the server's, because its clock may differ from this machine's by hours. */
function delayUntilScheduled({ scheduledTime, timestamp }: Decision["state"]): number | undefined {
  return scheduledTime === undefined ? undefined : secondsBetween(timestamp, toTimestamp(scheduledTime));
}

function cancelledBy({ state }: Decision): Cancelled {
  return new Cancelled(state.message || undefined);
}

/** Ignores a deleted run: the proposal of its end reports that. */
function unlessDeleted(error: unknown): void {
  if (!isNotFound(error)) throw error;
}

/** Whoever cancels a run gets what they asked for, which is no error. */
function levelOfEnd(type: FinalState<unknown>["type"]): number {
  if (type === "COMPLETED") return logLevels.info;
  return type === "CANCELLED" ? logLevels.warning : logLevels.error;
}
