import type { Duration } from "@ostinato/core";
import type { When } from "../automations/when.ts";

interface ScheduleParts<P> {
  /** A zone of the IANA database, such as `"Asia/Seoul"`; that of the deployment by default, else `"UTC"`. */
  readonly timezone?: string;
  /** Identifies the schedule within its deployment, so that it can be changed and keeps its runs. */
  readonly slug?: string;
  /** Whether it makes runs. True by default. */
  readonly active?: boolean;
  /** Parameters of the runs that it makes, in addition to those of the deployment. */
  readonly parameters?: P;
}

export interface CronTimes {
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  readonly cron: string;
  /** Whether a date has to match either of the two day fields (true, the default) or both of them. */
  readonly dayOr?: boolean;
}

export interface IntervalTimes {
  /** The time between two runs. Whole days are days of the time zone; the rest is elapsed time. */
  readonly interval: Duration;
  /** A moment from which the intervals are counted, with its offset: `"2026-01-01T06:00:00Z"`. The first registration by default. */
  readonly anchor?: string | Date;
}

export interface RRuleTimes {
  /** A recurrence rule of RFC 5545: `"FREQ=WEEKLY;BYDAY=MO,WE"`. */
  readonly rrule: string;
}

export type ScheduleOptions<P = Readonly<Record<string, unknown>>> = ScheduleParts<P> &
  (CronTimes | IntervalTimes | RRuleTimes);

/** A flow's concurrency limit over all processes that run the deployment. */
export interface ConcurrencyOptions {
  readonly limit: number;
  /** What happens to a run that finds the limit reached: it waits (`"enqueue"`, the default), or it is cancelled. */
  readonly strategy?: "enqueue" | "cancel-new";
  /** How long a run that is being started holds its slot without a sign of life, from one minute to one day. 5 minutes by default. */
  readonly gracePeriod?: Duration;
}

/** What starts a run of a deployment. */
export interface DeploymentTrigger {
  readonly when: When;
  /** Names its automation; the deployment and a number by default. */
  readonly name?: string;
  readonly description?: string;
  /** Whether it is on. One that is there stays as it is unless this is given. */
  readonly enabled?: boolean;
  /** Parameters of the runs. Strings in them may be templates of Jinja: `"{{ event.resource.id }}"`. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly jobVariables?: Readonly<Record<string, unknown>>;
  /** How long after the trigger has fired the run is to start. At once by default. */
  readonly after?: Duration;
}

/** A flow with how and when it is run. `P` is the type of its parameters, each of which may be left out. */
export interface DeploymentOptions<P = Readonly<Record<string, unknown>>> {
  /** Unique among the deployments of the flow. */
  readonly name: string;
  /** At most one of `cron`, `interval`, `rrule` and `schedules`; without any it only runs when somebody asks for it. */
  readonly cron?: string;
  readonly interval?: Duration;
  readonly rrule?: string;
  readonly schedules?: readonly ScheduleOptions<P>[];
  /** The time zone of its schedules: `"Asia/Seoul"`. UTC by default. */
  readonly timezone?: string;
  /** Events that start runs: `[{ when: { event: "order.paid" } }]`. Those that the options do not have any more go. */
  readonly triggers?: readonly DeploymentTrigger[];
  /** Default parameters of its runs. */
  readonly parameters?: P;
  readonly tags?: readonly string[];
  /** The flow's description by default. */
  readonly description?: string;
  /** The flow's version by default, which changes with the source of its function. */
  readonly version?: string;
  /** How many of its runs may be under way at once, over all processes that run it. Unlimited by default. */
  readonly concurrency?: number | ConcurrencyOptions;
  /** Which of the runs start late whose time passed while nobody ran the deployment: all of them (the default), the latest, or none. */
  readonly missed?: "all" | "latest" | "none";
  /** Cancels a run that has not started so long after its time. */
  readonly expireAfter?: Duration;
  /** Whether a run whose process died starts again, after its last finished task. It stays crashed by default. */
  readonly onCrash?: "stay" | "restart";
  /** How many times a run is restarted after a crash. 3 by default. */
  readonly maxRestarts?: number;
}

/** How a process serves its deployments. */
export interface ServingOptions {
  /** How many runs this process executes at once, each in a process of its own. 5 by default. */
  readonly limit?: number;
  /** Whether the schedules are paused when the process stops serving, and resumed when it starts. False by default. */
  readonly pauseOnShutdown?: boolean;
  /** How long runs may go on after the process was told to stop; then they are ended. 10 minutes by default. */
  readonly shutdownTimeout?: Duration;
  /**
   * How long a cancelled run may take to end. Its signal is aborted at once; its process gets SIGTERM after half of the time and is killed at
   * the end. 30 s by default.
   */
  readonly killAfter?: Duration;
  /** Stops serving when it is aborted, as SIGTERM does. */
  readonly signal?: AbortSignal;
}

export type ServeOptions<P = Readonly<Record<string, unknown>>> = DeploymentOptions<P> & ServingOptions;
