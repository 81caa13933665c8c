import type { Resource } from "@ostinato/protocol";
import type { Session } from "../session/session.ts";
import type { RunState } from "../states.ts";

/** A flow run, as far as what watches over it needs to know. */
export interface WatchedRun {
  readonly id: string;
  readonly name: string;
  readonly session: Session;
  /** Where the server has it. */
  readonly state: RunState;
  interrupt(reason: Error): void;
  /** Logs a line under the run. */
  say(level: number, message: string): void;
  /** What events of the run are about, the run first. */
  related(): readonly Resource[];
}
