import type { Duration } from "@ostinato/core";
import type { RunContext } from "../context.ts";
import type { RunState } from "../states.ts";

export interface RunDeploymentOptions {
  /** Parameters in addition to those of the deployment. Futures in them are awaited. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** When the run starts, with its offset: `"2026-01-01T06:00:00Z"`. At once by default. */
  readonly scheduledTime?: string | Date;
  /** How long to wait for the run's end: 0 returns at once. Without a limit by default. */
  readonly timeout?: Duration;
  /** Whether it is a subflow of the flow run that asks for it. True by default. */
  readonly asSubflow?: boolean;
  /** Asking twice with the same key makes one run. */
  readonly idempotencyKey?: string;
  /** Tags in addition to those of the deployment. */
  readonly tags?: readonly string[];
  /** A name for the run; a random one by default. */
  readonly name?: string;
  /** From -1000 to 1000; among the due runs of a work pool, smaller goes first. 0 by default. */
  readonly priority?: number;
  /** The queue of the deployment's work pool that the run waits in; that of the deployment by default. */
  readonly workQueue?: string;
  /** Variables of the work pool's job template, over those of the deployment. */
  readonly jobVariables?: Readonly<Record<string, unknown>>;
}

/** A run of a deployment. */
export interface DeploymentRun {
  readonly id: string;
  readonly name: string;
  /** Its page; undefined where the server has no pages. */
  readonly url: string | undefined;
  /** Its state when `runDeployment()` returned: the final one, unless the timeout came first. */
  readonly state: RunState;
  /** The value that it returned, where it has completed and its result is kept; undefined otherwise. */
  result(): Promise<unknown>;
}

/** A call of `runDeployment()`, and where it was made. */
export interface DeploymentCall {
  /** `flow/deployment`, or the id of the deployment. */
  readonly deployment: string;
  readonly options: RunDeploymentOptions;
  readonly caller: RunContext | undefined;
  /** Position among the calls of this deployment in the flow run. */
  readonly order: number;
}
