import { lookAtProcess } from "@ostinato/core/process";
import type { Driver, DriverOptions, RunningJob } from "../driver.ts";
import type { Job } from "../job.ts";
import { FoundProcess } from "./found-process.ts";
import { type ProcessRecord, ProcessRecords } from "./process-records.ts";
import { StartedProcess } from "./started-process.ts";

export class ProcessDriver implements Driver {
  readonly #options: DriverOptions;
  readonly #records: ProcessRecords;
  /** What this driver started and nobody cleaned up yet, by claim. */
  readonly #started = new Map<string, StartedProcess>();

  constructor(options: DriverOptions) {
    this.#options = options;
    this.#records = new ProcessRecords(options.folder);
  }

  start(job: Job): RunningJob {
    const { claim } = job.identity;
    const onCleanedUp = () => void this.#started.delete(claim);
    const started = new StartedProcess(job, { ...this.#options, records: this.#records, onCleanedUp });
    this.#started.set(claim, started);
    return started;
  }

  async find(workPoolId: string): Promise<readonly RunningJob[]> {
    const own = [...this.#started.values()].filter(({ identity }) => identity.workPoolId === workPoolId);
    const recorded = await this.#records.list();
    const others = await Promise.all(
      recorded
        .filter(({ identity }) => identity.workPoolId === workPoolId && !this.#started.has(identity.claim))
        .map(async (record) => ((await isOfThisMachine(record)) ? [this.#found(record)] : [])),
    );
    return [...own, ...others.flat()];
  }

  #found(record: ProcessRecord): RunningJob {
    return new FoundProcess(record, { clock: this.#options.clock, records: this.#records });
  }

  async close(): Promise<void> {}
}

/** The folder may be shared with containers and other machines, whose processes can't be seen from here. */
async function isOfThisMachine({ process }: ProcessRecord): Promise<boolean> {
  return process !== undefined && (await lookAtProcess(process)) !== "unknown";
}
