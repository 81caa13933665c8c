/** The nine types of a state; the name of a state is free, the type decides what may follow. */
export const stateTypes = [
  "SCHEDULED",
  "PENDING",
  "RUNNING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "CRASHED",
  "PAUSED",
  "CANCELLING",
] as const;

export type StateType = (typeof stateTypes)[number];

export const terminalStateTypes = ["COMPLETED", "FAILED", "CANCELLED", "CRASHED"] as const;

export type TerminalStateType = (typeof terminalStateTypes)[number];

export function isTerminal(type: StateType): type is TerminalStateType {
  return (terminalStateTypes as readonly StateType[]).includes(type);
}

/** The name that a state has when nobody gave one. */
export const defaultStateName: Readonly<Record<StateType, string>> = {
  SCHEDULED: "Scheduled",
  PENDING: "Pending",
  RUNNING: "Running",
  COMPLETED: "Completed",
  FAILED: "Failed",
  CANCELLED: "Cancelled",
  CRASHED: "Crashed",
  PAUSED: "Paused",
  CANCELLING: "Cancelling",
};

/** Names with a meaning of their own, beyond the default name of their type. */
export const stateNames = {
  late: "Late",
  awaitingRetry: "AwaitingRetry",
  awaitingConcurrencySlot: "AwaitingConcurrencySlot",
  resuming: "Resuming",
  submitting: "Submitting",
  infrastructurePending: "InfrastructurePending",
  retrying: "Retrying",
  rerunning: "Rerunning",
  suspended: "Suspended",
  notReady: "NotReady",
  cached: "Cached",
  rolledBack: "RolledBack",
  timedOut: "TimedOut",
} as const;
