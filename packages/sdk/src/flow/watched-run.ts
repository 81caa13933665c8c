import type { Claim } from "@ostinato/client/flow-run-states";
import type { Resource } from "@ostinato/protocol";
import type { Session } from "../session/session.ts";
import type { RunState } from "../states.ts";

/** The part of a flow run that heartbeats and cancellation need. */
export interface WatchedRun {
  readonly id: string;
  readonly name: string;
  readonly session: Session;
  /** The run's state on the server. */
  readonly state: RunState;
  /** The right by which this process executes the run, where the server gave it one. */
  readonly claim: Claim | undefined;
  interrupt(reason: Error): void;
  /** Logs a line under the run. */
  say(level: number, message: string): void;
  /** The resources of the run's events, the run first. */
  related(): readonly Resource[];
}
