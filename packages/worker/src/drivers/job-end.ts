/** How a job ended. Whether its run has an own final state, only the server knows. */
export interface JobEnd {
  readonly reason: EndReason;
  /** Undefined where the infrastructure does not know it. May be 0 for any reason: some programs end that way when they are told to stop. */
  readonly exitCode: number | undefined;
  /** The signal that ended the main process, where it is known: `SIGKILL`. */
  readonly signal: string | undefined;
  /** One or several sentences about what happened and what to do, for the state of a run that did not get to its own end. */
  readonly message: string;
}

export type EndReason =
  /** The main process ended by itself. */
  | "exited"
  /** The job could not be started: no such command, no such image, a wrong configuration. */
  | "not-started"
  /** The system killed the main process because memory ran out. */
  | "out-of-memory"
  /** A signal that the driver did not send ended the main process. */
  | "killed"
  /** `stop` ended it. */
  | "stopped"
  /** The infrastructure ended it for its own reasons: eviction, preemption, a drained node. */
  | "evicted"
  /** Somebody else removed it, so that its end is not known. */
  | "removed"
  /** The machine does not answer any more: the job may still run there. */
  | "lost";
