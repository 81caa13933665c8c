import type { Resource } from "@ostinato/protocol";
import type { Session } from "./session.ts";

/** A flow run, as far as what watches over it needs to know. */
export interface WatchedRun {
  readonly id: string;
  readonly name: string;
  readonly session: Session;
  interrupt(reason: Error): void;
  /** What events of the run are about, the run first. */
  related(): readonly Resource[];
}
