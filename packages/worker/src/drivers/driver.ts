import type { Clock, Timestamp } from "@ostinato/core";
import { DriverError } from "./driver-error.ts";
import type { Job, JobIdentity } from "./job.ts";
import type { JobEnd } from "./job-end.ts";

/**
 * How flow runs are executed on one kind of infrastructure: processes, containers, jobs of a cluster. The worker decides which runs start and
 * what becomes of their states; the driver starts, watches, stops and finds.
 */
export interface DriverDefinition {
  /** The type of the work pools that the driver serves, as in `ostinato worker start --type docker`. */
  readonly type: string;
  /** Connects to the infrastructure. Libraries are loaded here and not before. Rejects with a `DriverError` where it does not answer. */
  readonly open: (options: DriverOptions) => Promise<Driver>;
}

export interface DriverOptions {
  readonly clock: Clock;
  /** The worker's own environment. */
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  /** A folder of this machine and user, in which a driver may keep what another worker has to find. The driver creates it. */
  readonly folder: string;
  /** The command that starts `ostinato` on this machine: `["/usr/bin/node", "/app/node_modules/ostinato/dist/bin.js"]`. */
  readonly ostinato: readonly string[];
}

export interface Driver {
  /**
   * Starts what executes the job. Returns at once and never throws: a job that could not start has ended, for the reason `not-started`.
   * The returned job must be cleaned up by the caller.
   */
  start(job: Job): RunningJob;
  /**
   * Finds what workers of the work pool started and did not clean up, running or ended, as far as it can be reached from here. Includes
   * what this driver started itself.
   */
  find(workPoolId: string): Promise<readonly RunningJob[]>;
  /** Lets go of the infrastructure. What runs goes on. */
  close(): Promise<void>;
}

/** What a driver started for a job, by this worker or by one that is lost. */
export interface RunningJob {
  readonly identity: JobIdentity;
  /**
   * The name by which people find it on the infrastructure, kept as `infrastructure_pid` of the run: `host:4711` of a process, the name of
   * a container. Resolves once it is known, with undefined where the job ended before.
   */
  readonly infrastructureId: Promise<string | undefined>;
  /**
   * What there is to tell, in order: the lines that the job writes, and what the driver says about it. Ends when nothing more can come.
   * To be read once, by one reader, without pause: a reader that is slow slows the job down, since only a bounded number of lines is held.
   *
   * @param after Output that was written before is left out, as far as the infrastructure knows times. For jobs that were found.
   */
  reports(after?: Timestamp): AsyncIterable<JobReport>;
  /** Resolves when nothing of the job runs any more. Never rejects. */
  readonly ended: Promise<JobEnd>;
  /**
   * Asks the job to end, by SIGTERM or what corresponds to it, and ends it by force after the grace period. A later call may shorten the period.
   * Does nothing when the job has ended.
   */
  stop(graceSeconds: number): Promise<JobEnd>;
  /**
   * Removes what is left on the infrastructure, after the end was stored and the reports were read. A job that still runs is killed first. May be
   * called again.
   */
  cleanUp(): Promise<void>;
}

export type JobReport = OutputLine | JobNotice | JobPhase;

/** A line that the job wrote, without its line break. */
export interface OutputLine {
  readonly kind: "output";
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  /** When the infrastructure received the line, where it says so. */
  readonly timestamp?: Timestamp;
}

/** What the driver says about a job, for the log of the run: a pulled image, a process that was killed for lack of memory, a full node. */
export interface JobNotice {
  readonly kind: "notice";
  readonly level: "debug" | "info" | "warning" | "error";
  readonly message: string;
}

/** How far the infrastructure is. `waiting` may come several times, with other reasons. */
export type JobPhase =
  | {
      readonly kind: "phase";
      readonly phase: "waiting";
      /** The infrastructure's own word, such as `Unschedulable` or `ImagePullBackOff`. */
      readonly reason: string;
      readonly message: string;
    }
  | { readonly kind: "phase"; readonly phase: "running" };

/**
 * Declares the driver of a package:
 *
 * ```ts
 * import { defineDriver } from "ostinato/driver";
 *
 * export const nomad = defineDriver({
 *   type: "nomad",
 *   async open(options) {
 *     const { openNomad } = await import("./nomad-driver.ts");
 *     return openNomad(options);
 *   },
 * });
 * ```
 */
export function defineDriver(definition: DriverDefinition): DriverDefinition {
  if (!isDriverDefinition(definition)) {
    throw new DriverError(
      'defineDriver() needs a type and a function: defineDriver({ type: "nomad", open: async () => … })',
    );
  }
  return definition;
}

/** Whether a value is a driver's definition. Decided by its shape, since a project's copy of this package may be another than the worker's. */
export function isDriverDefinition(value: unknown): value is DriverDefinition {
  const { type, open } = Object(value) as { readonly type?: unknown; readonly open?: unknown };
  return typeof type === "string" && type !== "" && typeof open === "function";
}
