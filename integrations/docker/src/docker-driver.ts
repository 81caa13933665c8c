import type Docker from "dockerode";
import { type Driver, type DriverOptions, identityIn, type Job, labelNames, type RunningJob } from "ostinato/driver";
import { isKeptName, keepLabel } from "./container-body.ts";
import { ContainerJob } from "./container-job.ts";
import { beginContainer } from "./container-start.ts";
import { connect } from "./engine.ts";

export async function openDockerDriver(options: DriverOptions): Promise<Driver> {
  return new DockerDriver(await connect(), options);
}

class DockerDriver implements Driver {
  readonly #docker: Docker;
  readonly #options: DriverOptions;
  /** What this driver started and nobody cleaned up yet, by claim. */
  readonly #started = new Map<string, ContainerJob>();

  constructor(docker: Docker, options: DriverOptions) {
    this.#docker = docker;
    this.#options = options;
  }

  start(job: Job): RunningJob {
    const { identity } = job;
    const started = new ContainerJob({
      identity,
      clock: this.#options.clock,
      begin: async (options) => beginContainer(this.#docker, job, options),
      onCleanedUp: () => void this.#started.delete(identity.claim),
    });
    this.#started.set(identity.claim, started);
    // Its end is watched from the start, whoever asks for it.
    void started.ended;
    return started;
  }

  async find(workPoolId: string): Promise<readonly RunningJob[]> {
    const own = [...this.#started.values()].filter(({ identity }) => identity.workPoolId === workPoolId);
    const listed = await this.#docker.listContainers({
      all: true,
      filters: { label: [`${labelNames.workPoolId}=${workPoolId}`] },
    });
    return [...own, ...listed.flatMap((container) => this.#found(container))];
  }

  async close(): Promise<void> {}

  #found({ Id, Names, Labels }: Docker.ContainerInfo): readonly RunningJob[] {
    const identity = identityIn(Labels);
    const name = (Names[0] ?? "").replace(/^\//, "");
    if (identity === undefined || this.#started.has(identity.claim) || isKeptName(name)) return [];
    const container = this.#docker.getContainer(Id);
    const created = { container, name, isKept: Labels[keepLabel] !== undefined };
    const found = new ContainerJob({
      identity,
      clock: this.#options.clock,
      begin: async ({ onCreated }) => {
        onCreated(created);
        return { ...created, maxWaitSeconds: undefined, output: undefined, exit: undefined };
      },
      onCleanedUp: () => {},
    });
    return [found];
  }
}
