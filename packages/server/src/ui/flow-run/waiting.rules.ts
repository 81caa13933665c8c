import { stateNames } from "@ostinato/core";
import type { FlowRunRow, Waiting } from "@ostinato/protocol";

type WaitingRun = Pick<
  FlowRunRow,
  "state" | "deployment_id" | "next_scheduled_start_time" | "expected_start_time" | "work_pool_name" | "created"
>;

/** Why a run does not proceed, and a remedy; null for a run that proceeds or has ended. */
export function waitingOf(run: WaitingRun): Waiting | null {
  const { state } = run;
  if (state === null) return null;
  const waiting = whatFor(run, state.name, state.type);
  if (waiting === null) return null;
  return { since: state.timestamp, until: null, hint: null, ...waiting };
}

type Told = Pick<Waiting, "reason"> & Partial<Waiting>;

function whatFor(run: WaitingRun, name: string, type: string): Told | null {
  switch (type) {
    case "SCHEDULED":
      return scheduled(run, name);
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

function scheduled(run: WaitingRun, name: string): Told {
  const until = run.next_scheduled_start_time ?? run.expected_start_time;
  switch (name) {
    case stateNames.late:
      return {
        reason: "It is late: its time has passed and nothing has started it.",
        since: until ?? run.created,
        hint: starter(run),
      };
    case stateNames.awaitingRetry:
      return { reason: "It failed, and will be tried again.", until };
    case stateNames.awaitingConcurrencySlot:
      return {
        reason: "All slots of its concurrency limit are taken.",
        until,
        hint: "It starts when another run gives up its slot, or when the limit is raised.",
      };
    case stateNames.resuming:
      return { reason: "It was resumed, and waits to be started again.", until, hint: starter(run) };
    default:
      return { reason: "It is scheduled for later.", until, hint: starter(run) };
  }
}

function starter({ deployment_id, work_pool_name }: WaitingRun): string {
  if (work_pool_name !== null) return `A worker of the work pool ${JSON.stringify(work_pool_name)} starts it.`;
  if (deployment_id !== null) return "The process that serves its deployment starts it.";
  return "The program that made it starts it.";
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
