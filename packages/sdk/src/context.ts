import { AsyncLocalStorage } from "node:async_hooks";
import type { Scope } from "./scope.ts";

/** What the code that runs now belongs to. */
export interface RunContext {
  readonly scope: Scope;
  readonly flowRun: FlowRunView | undefined;
  readonly taskRun: TaskRunView | undefined;
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
}

export interface TaskRunView extends RunView {
  readonly taskName: string;
  /** The arguments by the names of the parameters. */
  readonly inputs: ReadonlyMap<string, unknown>;
  readonly logPrints: boolean;
  /** What the call is known by among those of its flow run, where its result is kept. */
  readonly callIdentity: string | undefined;
}

/** Kept under a global symbol, so that two copies of this package in one program agree on it. */
const key = Symbol.for("ostinato.context");
const registry = globalThis as { [key]?: AsyncLocalStorage<RunContext> };
registry[key] ??= new AsyncLocalStorage();

export const context: AsyncLocalStorage<RunContext> = registry[key];
