import { AsyncLocalStorage } from "node:async_hooks";
import type { Decision } from "@ostinato/client/flow-run-states";
import type { Resource, State, StateCreate } from "@ostinato/protocol";
import type { Scope } from "./scope.ts";
import type { RunSession } from "./session/roles.ts";
import type { RunState } from "./states.ts";

/** The runs that the running code belongs to. */
export interface RunContext {
  /** Undefined until the session of a task outside flows is open. */
  readonly session: RunSession | undefined;
  /** State shared by the runs called here. Undefined in a worker thread, where tasks and flows cannot be called. */
  readonly scope: Scope | undefined;
  readonly flowRun: FlowRunView | undefined;
  readonly taskRun: TaskRunView | undefined;
  /** The shared limits of which these runs, or those that called them, hold slots. */
  readonly heldLimits?: readonly string[];
}

/** A run as the code inside it sees it. */
interface RunView {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly tags: readonly string[];
  readonly signal: AbortSignal;
}

export interface FlowRunView extends RunView {
  readonly flowName: string;
  readonly parameters: unknown;
  /** The time for which the run was scheduled, as the server stores it. */
  readonly scheduledTime: string | undefined;
  readonly deploymentId: string | undefined;
  /** The related resources of events that its code emits, but for those that have to be looked up. */
  readonly resources: readonly Resource[];
  /** Undefined in a worker thread, which cannot change them. */
  readonly states?: FlowRunStates;
}

/** The states of a flow run, for code inside the run that changes them. */
export interface FlowRunStates {
  readonly state: RunState;
  propose(state: StateCreate): Promise<Decision>;
  /** Takes note of a state that somebody else has given the run. */
  note(state: State): void;
  /** The moment in so many seconds, by the server's clock. */
  momentIn(seconds: number): string;
  /** Ends the run from inside. */
  interrupt(reason: Error): void;
  /** Logs a line under the run. */
  say(level: number, message: string): void;
}

export interface TaskRunView extends RunView {
  readonly taskName: string;
  /** The arguments by the names of the parameters. */
  readonly inputs: ReadonlyMap<string, unknown>;
  readonly logPrints: boolean;
  /** Identifies the call among those of its flow run. Undefined where its result is not kept. */
  readonly callIdentity: string | undefined;
}

/** Kept under a global symbol, so that two copies of this package in one program agree on it. */
const key = Symbol.for("ostinato.context");
const registry = globalThis as { [key]?: AsyncLocalStorage<RunContext> };
registry[key] ??= new AsyncLocalStorage();

export const context: AsyncLocalStorage<RunContext> = registry[key];
