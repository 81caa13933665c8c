import { keyOfLock, stateNames } from "@ostinato/core";
import type { FlowRunRow, State, Waiting } from "@ostinato/protocol";
import type { LineOfLimit } from "../concurrency-limits/standing.service.ts";
import { type Obstacle, obstaclesOf, type PlaceOfRun } from "./place.rules.ts";

export type WaitingRun = Pick<
  FlowRunRow,
  "state" | "deployment_id" | "next_scheduled_start_time" | "expected_start_time" | "work_queue_name" | "created"
>;

/** The deployment of a scheduled run. */
export interface DeploymentOfRun {
  readonly name: string;
  readonly isPaused: boolean;
  /** Whether somebody asks for its runs now. */
  readonly isServed: boolean;
  /** The last time that somebody asked. */
  readonly lastServed: string | null;
  /** The work pool that it had, where that has been deleted. */
  readonly lostPool: string | null;
  /** The line that the run waits in. */
  readonly line: Waiting["line"];
}

export interface Circumstances {
  readonly now: string;
  /** Undefined for a run without a deployment; null where it is gone. */
  readonly deployment: DeploymentOfRun | null | undefined;
  /** The lines of shared limits in which the run waits, itself or by its tasks, the longest wait first. */
  readonly lines: readonly LineOfLimit[];
  /** Where workers take the run from; undefined for a run without a work queue, null where the queue is gone. */
  readonly place: PlaceOfRun | null | undefined;
}

/** Why a run does not proceed, and a remedy; null for a run that proceeds or has ended. */
export function waitingOf(run: WaitingRun, circumstances: Circumstances): Waiting | null {
  const { state } = run;
  if (state === null) return null;
  const waiting = whatFor(run, state, circumstances);
  if (waiting === null) return null;
  return { since: state.timestamp, until: null, hint: null, line: null, also: [], ...waiting };
}

/** Whether the time of the run has come. */
function isDue({ next_scheduled_start_time, expected_start_time }: WaitingRun, now: string): boolean {
  const until = next_scheduled_start_time ?? expected_start_time;
  return until !== null && until <= now;
}

type Told = Pick<Waiting, "cause" | "reason"> & Partial<Waiting>;

function whatFor(run: WaitingRun, { name, type }: State, circumstances: Circumstances): Told | null {
  switch (type) {
    case "SCHEDULED":
      return scheduled(run, name, circumstances);
    case "PENDING":
      return waitingForSlots(circumstances) ?? pending(name);
    case "RUNNING":
      return waitingForSlots(circumstances);
    case "PAUSED":
      return paused(run, name);
    case "CANCELLING":
      return {
        cause: "cancelling",
        reason: "Its process has been told to stop and has not confirmed it.",
        hint: "If the process is gone, cancel the run again to end it by force.",
      };
    default:
      return null;
  }
}

function scheduled(run: WaitingRun, name: string, circumstances: Circumstances): Told {
  const { now, deployment, place } = circumstances;
  const until = run.next_scheduled_start_time ?? run.expected_start_time;
  if (deployment === null) {
    const reason = "Its deployment is gone: nothing starts it.";
    return { cause: "deployment-gone", reason, until: null, hint: "Cancel or delete it." };
  }
  const inLine = waitingForSlots(circumstances);
  if (inLine !== null) return inLine;
  if (name === stateNames.awaitingConcurrencySlot) return awaitingSlot(until, deployment);
  if (place === null) return placeGone(run);
  const lostPool = place === undefined && deployment?.isServed === false ? deployment.lostPool : null;
  if (lostPool !== null) return poolGone(run, lostPool);
  const obstacles = place === undefined ? servingObstacles(deployment) : obstaclesOf(place);
  if (name === stateNames.awaitingRetry && deployment === undefined && isDue(run, now)) return notRetried(until);
  if (!isDue(run, now)) {
    return { ...notDue(name), until, hint: starter(circumstances), also: obstacles.filter(lasts) };
  }
  const [first, ...also] = obstacles;
  const since = until ?? run.created;
  if (first === undefined) return { ...dueNow(name, circumstances), since };
  const line = place !== undefined && (first.cause === "limit" || first.cause === "behind") ? place.line : null;
  return { ...first, reason: `${before(name)}${first.reason}`, also, since, line };
}

/** A program tries its own runs again, at the moment at which they are due. */
function notRetried(until: string | null): Told {
  return {
    cause: "retry",
    reason: "It failed and was to be tried again, which its program has not done yet.",
    until,
    hint: "If that lasts, the program has ended: retry the run to go on where it failed.",
  };
}

/** Whether the obstacle is one that does not go by itself until the run is due. */
function lasts({ cause }: Obstacle): boolean {
  return cause !== "behind" && cause !== "limit";
}

function notDue(name: string): Told {
  if (name === stateNames.awaitingRetry) return { cause: "retry", reason: "It failed, and will be tried again." };
  return { cause: "not-due", reason: "It is scheduled for later." };
}

/** What came before, where the run has already been started once. */
function before(name: string): string {
  switch (name) {
    case stateNames.resuming:
      return "It was resumed, and waits to be started again. ";
    case stateNames.restarting:
      return "Its process was lost, and it waits to be started again. ";
    case stateNames.awaitingRetry:
      return "It failed, and waits to be tried again. ";
    default:
      return "";
  }
}

function dueNow(name: string, circumstances: Circumstances): Told {
  const hint = starter(circumstances);
  const { deployment, place } = circumstances;
  if (name === stateNames.late) {
    const reason = "It is late: its time has passed and nothing has started it.";
    return { cause: "due", reason, hint };
  }
  if (deployment === undefined && place === undefined) {
    return {
      cause: "due",
      reason: `${before(name)}Its time has come, and the program that made it has not started it.`,
      hint,
    };
  }
  return { cause: "due", reason: `${before(name)}Its time has come, and it is to be started now.`, hint };
}

function poolGone({ created }: WaitingRun, name: string): Told {
  return {
    cause: "work-pool-gone",
    reason: `The work pool ${JSON.stringify(name)} of its deployment has been deleted, so no worker takes it.`,
    since: created,
    hint: "Give its deployment another work pool and start a new run, or cancel this one.",
  };
}

function placeGone({ work_queue_name, created }: WaitingRun): Told {
  const queue = work_queue_name === null ? "Its work queue" : `Its work queue ${JSON.stringify(work_queue_name)}`;
  return {
    cause: "work-pool-gone",
    reason: `${queue} has been deleted, so no worker takes it.`,
    since: created,
    hint: "Give its deployment another work pool and start a new run, or cancel this one.",
  };
}

function awaitingSlot(until: string | null, deployment: DeploymentOfRun | undefined): Told {
  const line = deployment?.line ?? null;
  const place = line === null || line.place === 0 ? "" : ` It is number ${line.place} of ${line.length} in line.`;
  return {
    cause: "limit",
    reason: `All slots of its concurrency limit are taken.${place}`,
    until: line === null ? until : null,
    hint: "It starts when another run gives up its slot, or when the limit is raised.",
    line,
  };
}

/** What keeps the run of a deployment without a work pool from being started. */
function servingObstacles(deployment: DeploymentOfRun | undefined): readonly Obstacle[] {
  if (deployment === undefined || deployment.isServed) return [];
  const { lastServed, isPaused } = deployment;
  const reason =
    lastServed === null
      ? "Nobody has served its deployment yet."
      : `Nobody has served its deployment since ${lastServed}.`;
  const hint = `Start the process that serves its deployment.${pausedNote(isPaused)}`;
  return [{ cause: "deployment-not-served", reason, hint }];
}

function pausedNote(isPaused: boolean): string {
  return isPaused ? " The deployment is paused: its schedules make no more runs." : "";
}

function starter({ deployment, place }: Circumstances): string {
  const note = pausedNote(deployment?.isPaused === true);
  if (place) {
    return `A worker of the work pool ${JSON.stringify(place.pool.name)} starts it as soon as it has room: each executes no more runs at once than its --limit.${note}`;
  }
  if (deployment === undefined) return "The program that made it starts it.";
  if (deployment === null || !deployment.isServed) return `Start the process that serves its deployment.${note}`;
  return `The process that serves its deployment starts it.${note}`;
}

/** A run waits in line for slots that it shares with other processes. */
function waitingForSlots({ lines }: Circumstances): Told | null {
  const [first, ...others] = lines.map(({ limit, slots, isRate, since, line }) => ({
    cause: "limit" as const,
    reason: `${lineReason(limit, slots, isRate)} It is number ${line.place} of ${line.length} in line.`,
    hint:
      keyOfLock(limit) === undefined
        ? "It goes on when others give up their slots, or when the limit is raised."
        : "It goes on when that transaction is committed or rolled back.",
    since,
    line,
  }));
  if (first === undefined) return null;
  return { ...first, also: others.map(({ cause, reason, hint }) => ({ cause, reason, hint })) };
}

function lineReason(limit: string, slots: number, isRate: boolean): string {
  const key = keyOfLock(limit);
  if (key !== undefined) return `Another transaction with the key ${JSON.stringify(key)} is under way.`;
  const name = JSON.stringify(limit);
  if (isRate) return `The rate ${name} lets it go on later.`;
  return slots === 1
    ? `The only slot of the limit ${name} is taken.`
    : `All ${slots} slots of the limit ${name} are taken.`;
}

function pending(name: string): Told {
  switch (name) {
    case stateNames.submitting:
    case stateNames.infrastructurePending:
      return { cause: "starting", reason: "Its process is being started." };
    case stateNames.notReady:
      return { cause: "dependencies", reason: "What it depends on did not finish." };
    default:
      return {
        cause: "starting",
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
    cause: "paused",
    reason:
      name === stateNames.suspended
        ? `It is suspended ${condition}; no process runs meanwhile.`
        : `It is paused ${condition}.`,
    until: pause_timeout === null || pause_timeout === undefined ? null : String(pause_timeout),
    hint: "Resume or cancel it.",
  };
}
