/** The nine types of a state. The name of a state is free; the type decides what may follow. */
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

/** A run in a state of these types has ended. */
export const terminalStateTypes = ["COMPLETED", "FAILED", "CANCELLED", "CRASHED"] as const;

export type TerminalStateType = (typeof terminalStateTypes)[number];

export type OpenStateType = Exclude<StateType, TerminalStateType>;

/** Terminal states that need a person's attention. */
export const failureStateTypes = ["FAILED", "CRASHED"] as const satisfies readonly TerminalStateType[];

/** In states of these types a run holds a slot of its deployment's limit, of its work queue and of its work pool. */
export const slotStateTypes = ["PENDING", "RUNNING", "CANCELLING"] as const satisfies readonly StateType[];

export function isTerminal(type: StateType): type is TerminalStateType {
  return (terminalStateTypes as readonly StateType[]).includes(type);
}

export function isFailure(type: StateType): boolean {
  return (failureStateTypes as readonly StateType[]).includes(type);
}

/** Whether a run in a state of this type holds its slots; false for a run without a state. */
export function holdsSlot(type: StateType | null): boolean {
  return type !== null && (slotStateTypes as readonly StateType[]).includes(type);
}

/** Every type that is not terminal. */
export const openStateTypes: readonly OpenStateType[] = stateTypes.filter((type) => !isTerminal(type));

/**
 * The names of states that mean something to Ostinato, each under the type that it belongs to. A new name is a
 * line here.
 */
const namesByType = {
  SCHEDULED: {
    scheduled: "Scheduled",
    late: "Late",
    awaitingRetry: "AwaitingRetry",
    awaitingConcurrencySlot: "AwaitingConcurrencySlot",
    resuming: "Resuming",
    restarting: "Restarting",
  },
  PENDING: {
    pending: "Pending",
    submitting: "Submitting",
    infrastructurePending: "InfrastructurePending",
    notReady: "NotReady",
  },
  RUNNING: { running: "Running", retrying: "Retrying", rerunning: "Rerunning" },
  COMPLETED: { completed: "Completed", cached: "Cached", rolledBack: "RolledBack" },
  FAILED: { failed: "Failed", timedOut: "TimedOut" },
  CANCELLED: { cancelled: "Cancelled" },
  CRASHED: { crashed: "Crashed" },
  PAUSED: { paused: "Paused", suspended: "Suspended" },
  CANCELLING: { cancelling: "Cancelling" },
} as const satisfies { readonly [T in StateType]: Readonly<Record<string, string>> };

/** All known names of states. Code outside this file writes `stateNames.late`, never the text of a name. */
export const stateNames = {
  ...namesByType.SCHEDULED,
  ...namesByType.PENDING,
  ...namesByType.RUNNING,
  ...namesByType.COMPLETED,
  ...namesByType.FAILED,
  ...namesByType.CANCELLED,
  ...namesByType.CRASHED,
  ...namesByType.PAUSED,
  ...namesByType.CANCELLING,
} as const;

export type StateName = (typeof stateNames)[keyof typeof stateNames];

/** The name that a state has when nobody gave one. */
export const defaultStateName = {
  SCHEDULED: stateNames.scheduled,
  PENDING: stateNames.pending,
  RUNNING: stateNames.running,
  COMPLETED: stateNames.completed,
  FAILED: stateNames.failed,
  CANCELLED: stateNames.cancelled,
  CRASHED: stateNames.crashed,
  PAUSED: stateNames.paused,
  CANCELLING: stateNames.cancelling,
} as const satisfies Readonly<Record<StateType, StateName>>;

const typesByName: ReadonlyMap<string, StateType> = new Map(
  stateTypes.flatMap((type) => Object.values(namesByType[type]).map((name) => [name, type] as const)),
);

/** The type of a known state name; undefined for a custom name. */
export function typeOfName(name: string): StateType | undefined {
  return typesByName.get(name);
}
