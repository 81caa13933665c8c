import { type Clock, sleep } from "@ostinato/core";
import { lookAtProcess } from "@ostinato/core/process";
import type { JobReport, RunningJob } from "../driver.ts";
import type { JobIdentity } from "../job.ts";
import type { JobEnd } from "../job-end.ts";
import { membersOf, membersWithClaim, signalGroup } from "./process-group.ts";
import type { ProcessRecord, ProcessRecords } from "./process-records.ts";
import { removeFolder } from "./working-folder.ts";

const lookSeconds = 1;
/** While it is being stopped. */
const quickLookSeconds = 0.05;

/** A process that a lost worker started. Its output went to that worker, and its exit code is known to nobody. */
export class FoundProcess implements RunningJob {
  readonly identity: JobIdentity;
  readonly infrastructureId: Promise<string>;
  readonly #record: ProcessRecord;
  readonly #clock: Clock;
  readonly #records: ProcessRecords;
  #ended: Promise<JobEnd> | undefined;
  #stopAt: number | undefined;
  #wakeWatch = () => {};

  constructor(record: ProcessRecord, { clock, records }: { readonly clock: Clock; readonly records: ProcessRecords }) {
    this.#record = record;
    this.#clock = clock;
    this.#records = records;
    this.identity = record.identity;
    this.infrastructureId = Promise.resolve(record.infrastructureId);
  }

  /** Watching begins when somebody asks: what was found and left alone costs nothing. */
  get ended(): Promise<JobEnd> {
    this.#ended ??= this.#watch();
    return this.#ended;
  }

  async *reports(): AsyncGenerator<JobReport, void, void> {
    yield {
      kind: "notice",
      level: "warning",
      message: "The worker that started this process is gone: what the process writes from then on can't be shown.",
    };
    await this.ended;
  }

  async stop(graceSeconds: number): Promise<JobEnd> {
    const stopAt = this.#clock.elapsed() + graceSeconds;
    if (this.#stopAt === undefined) await this.#signal("SIGTERM");
    this.#stopAt = Math.min(stopAt, this.#stopAt ?? stopAt);
    this.#wakeWatch();
    return this.ended;
  }

  async cleanUp(): Promise<void> {
    await this.stop(0);
    await removeFolder(this.#record.temporaryFolder);
    this.#records.remove(this.identity.claim);
  }

  async #watch(): Promise<JobEnd> {
    while ((await this.#members()).length > 0) {
      if (this.#stopAt !== undefined && this.#clock.elapsed() >= this.#stopAt) await this.#signal("SIGKILL");
      await this.#nextLook();
    }
    const base = { exitCode: undefined, signal: undefined };
    return this.#stopAt === undefined
      ? {
          ...base,
          reason: "removed",
          message:
            "The run's process ended before the run did. The worker that started it is gone, so its exit code is not known.",
        }
      : { ...base, reason: "stopped", message: "The run's process ended when a worker stopped it." };
  }

  /** Sleeps until the next look, or until somebody stops the process. */
  async #nextLook(): Promise<void> {
    const wake = new AbortController();
    this.#wakeWatch = () => wake.abort();
    const seconds = this.#stopAt === undefined ? lookSeconds : quickLookSeconds;
    await sleep(this.#clock, seconds, wake.signal).catch(() => {});
  }

  /** What is left of the group, and surely of this run. */
  async #members(): Promise<readonly number[]> {
    const { pid, process: name } = this.#record;
    const isThere = name !== undefined && ["alive", "stopped"].includes(await lookAtProcess(name));
    return isThere ? [pid, ...membersOf(pid)] : membersWithClaim(pid, this.identity.claim);
  }

  async #signal(signal: NodeJS.Signals): Promise<void> {
    const { pid } = this.#record;
    const members = await this.#members();
    if (members.includes(pid)) signalGroup(pid, signal);
    else for (const member of members) signalProcess(member, signal);
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
