import { stateNames } from "@ostinato/core";
import type { FlowRunRow, State, Waiting } from "@ostinato/protocol";

type WaitingRun = Pick<
  FlowRunRow,
  "state" | "deployment_id" | "next_scheduled_start_time" | "expected_start_time" | "work_pool_name" | "created"
>;

/** The deployment of a scheduled run. */
export interface DeploymentOfRun {
  readonly name: string;
  readonly isPaused: boolean;
  readonly hasWorkPool: boolean;
  /** Whether somebody asks for its runs now. */
  readonly isServed: boolean;
  /** The last time that somebody asked. */
  readonly lastServed: string | null;
  /** The line that the run waits in. */
  readonly line: Waiting["line"];
}

export interface Circumstances {
  readonly now: string;
  /** Undefined for a run without a deployment; null where it is gone. */
  readonly deployment: DeploymentOfRun | null | undefined;
}

/** Why a run does not proceed, and a remedy; null for a run that proceeds or has ended. */
export function waitingOf(run: WaitingRun, circumstances: Circumstances): Waiting | null {
  const { state } = run;
  if (state === null) return null;
  const waiting = whatFor(run, state, circumstances);
  if (waiting === null) return null;
  return { since: state.timestamp, until: null, hint: null, line: null, ...waiting };
}

type Told = Pick<Waiting, "reason"> & Partial<Waiting>;

function whatFor(run: WaitingRun, { name, type }: State, circumstances: Circumstances): Told | null {
  switch (type) {
    case "SCHEDULED":
      return scheduled(run, name, circumstances);
    case "PENDING":
      return pending(name);
    case "PAUSED":
      return paused(run, name);
    case "CANCELLING":
      return {
        reason: "Its process has been told to stop and has not confirmed it.",
        hint: "If the process is gone, cancel the run again to end it by force.",
      };
    default:
      return null;
  }
}

function scheduled(run: WaitingRun, name: string, { now, deployment }: Circumstances): Told {
  const until = run.next_scheduled_start_time ?? run.expected_start_time;
  if (deployment === null) {
    return { reason: "Its deployment is gone: nothing starts it.", until: null, hint: "Cancel or delete it." };
  }
  const isDue = until !== null && until <= now;
  switch (name) {
    case stateNames.awaitingRetry:
      return { reason: "It failed, and will be tried again.", until };
    case stateNames.awaitingConcurrencySlot:
      return awaitingSlot(until, deployment);
    case stateNames.resuming:
      return { reason: `It was resumed, ${waitsForStart(deployment)}`, until, hint: starter(run, deployment) };
    case stateNames.restarting:
      return { reason: `Its process was lost, ${waitsForStart(deployment)}`, until, hint: starter(run, deployment) };
    default: {
      if (name !== stateNames.late && (!isDue || deployment === undefined)) {
        return { reason: "It is scheduled for later.", until, hint: starter(run, deployment) };
      }
      return { ...overdue(name, deployment), since: until ?? run.created, hint: starter(run, deployment) };
    }
  }
}

function awaitingSlot(until: string | null, deployment: DeploymentOfRun | undefined): Told {
  const line = deployment?.line ?? null;
  const place = line === null || line.place === 0 ? "" : ` It is number ${line.place} of ${line.length} in line.`;
  return {
    reason: `All slots of its concurrency limit are taken.${place}`,
    until: line === null ? until : null,
    hint: "It starts when another run gives up its slot, or when the limit is raised.",
    line,
  };
}

function overdue(name: string, deployment: DeploymentOfRun | undefined): Told {
  if (deployment !== undefined && isUnserved(deployment)) return { reason: servedBy(deployment) };
  if (name === stateNames.late) return { reason: "It is late: its time has passed and nothing has started it." };
  return { reason: "Its time has come, and it is to be started now." };
}

function isUnserved({ hasWorkPool, isServed }: DeploymentOfRun): boolean {
  return !hasWorkPool && !isServed;
}

function servedBy({ lastServed }: DeploymentOfRun): string {
  return lastServed === null
    ? "Nobody has served its deployment yet."
    : `Nobody has served its deployment since ${lastServed}.`;
}

function waitsForStart(deployment: DeploymentOfRun | undefined): string {
  const waits = "and waits to be started again.";
  return deployment !== undefined && isUnserved(deployment) ? `${waits} ${servedBy(deployment)}` : waits;
}

function starter({ work_pool_name, deployment_id }: WaitingRun, deployment: DeploymentOfRun | undefined): string {
  const paused = deployment?.isPaused === true ? " The deployment is paused: its schedules make no more runs." : "";
  if (work_pool_name !== null) return `A worker of the work pool ${JSON.stringify(work_pool_name)} starts it.${paused}`;
  if (deployment_id === null) return "The program that made it starts it.";
  const idle = deployment !== undefined && isUnserved(deployment);
  return `${idle ? "Start the process that serves its deployment." : "The process that serves its deployment starts it."}${paused}`;
}

function pending(name: string): Told {
  switch (name) {
    case stateNames.submitting:
    case stateNames.infrastructurePending:
      return { reason: "Its process is being started." };
    case stateNames.notReady:
      return { reason: "What it depends on did not finish." };
    default:
      return {
        reason: "Its process has not said yet that it runs.",
        hint: "If that lasts, the process has ended before it began; its output says why.",
      };
  }
}

function paused({ state }: WaitingRun, name: string): Told {
  const { pause_timeout, run_input_keyset } = state?.state_details ?? {};
  const input = run_input_keyset !== null && run_input_keyset !== undefined;
  const condition = input ? "until somebody gives it the input that it asks for" : "until somebody resumes it";
  return {
    reason:
      name === stateNames.suspended
        ? `It is suspended ${condition}; no process runs meanwhile.`
        : `It is paused ${condition}.`,
    until: pause_timeout === null || pause_timeout === undefined ? null : String(pause_timeout),
    hint: "Resume or cancel it.",
  };
}
