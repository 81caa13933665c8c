import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { DriverError, type Job, type ReportQueue } from "ostinato/driver";
import { containerBody, nameOf } from "./container-body.ts";
import { startFailure } from "./container-end.ts";
import { type ContainerSettings, readSettings } from "./container-settings.ts";
import { engineMessage, isImageMissing } from "./engine.ts";
import { pullImage } from "./image.ts";

/** A container that the driver follows. */
export interface BegunContainer {
  readonly container: Docker.Container;
  readonly name: string;
  /** Whether it stays after its end. */
  readonly isKept: boolean;
  readonly maxWaitSeconds: number | undefined;
  /** The output from its start. */
  readonly output: Readable | undefined;
  /** A wait that began before its start. */
  readonly exit: Promise<unknown> | undefined;
}

export interface BeginOptions {
  readonly reports: ReportQueue;
  /** Aborted when the job is to be stopped. */
  readonly signal: AbortSignal;
  /** Hears of the container before it is started. */
  readonly onCreated: (created: Pick<BegunContainer, "container" | "name" | "isKept">) => void;
}

/** A command that could not be started: the container has the exit code that a shell would have given. */
export class StartError extends DriverError {
  readonly exitCode: number | undefined;

  constructor(message: string, exitCode: number | undefined) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Creates the container, attaches to it, and only then starts it, so that no line and no end is missed. */
export async function beginContainer(docker: Docker, job: Job, options: BeginOptions): Promise<BegunContainer> {
  const { signal, reports, onCreated } = options;
  const settings = readSettings(job);
  const container = await createContainer(docker, job, { settings, options });
  const created = { container, name: nameOf(job.identity), isKept: !settings.isRemoved };
  onCreated(created);
  for (const network of settings.networks.slice(1)) {
    await orExplain(`Network ${JSON.stringify(network)} can't be joined`, () =>
      docker.getNetwork(network).connect({ Container: container.id }),
    );
  }
  signal.throwIfAborted();
  const output = (await orExplain("The container's output can't be read", () =>
    container.attach({ stream: true, stdout: true, stderr: true }),
  )) as unknown as Readable;
  // A connection that breaks is noticed by who reads it, if anybody does.
  output.on("error", () => {});
  const exit = container.wait({ condition: "next-exit" });
  // Who hears of the end by it comes later.
  exit.catch(() => {});
  try {
    signal.throwIfAborted();
    await container.start();
  } catch (error) {
    output.destroy();
    signal.throwIfAborted();
    throw await explainStart(container, error);
  }
  void reports.add({ kind: "phase", phase: "running" });
  return { ...created, maxWaitSeconds: settings.maxWaitSeconds, output, exit };
}

interface CreateOptions {
  readonly settings: ContainerSettings;
  readonly options: BeginOptions;
}

async function createContainer(
  docker: Docker,
  { identity }: Job,
  { settings, options }: CreateOptions,
): Promise<Docker.Container> {
  const { image, pullPolicy } = settings;
  const pull = () =>
    pullImage(docker, settings, { signal: options.signal, onProgress: (text) => tellPull(options, text) });
  if (pullPolicy === "Always") await pull();
  if (pullPolicy === "IfPossible") {
    await pull().catch((error: Error) => {
      options.signal.throwIfAborted();
      options.reports.notice("warning", `${error.message} The image of this machine is used, if there is one.`);
    });
  }
  const create = () => docker.createContainer(containerBody(identity, settings));
  options.signal.throwIfAborted();
  try {
    return await create();
  } catch (error) {
    if (!isImageMissing(error)) throw new DriverError(`The run's container can't be created: ${engineMessage(error)}`);
    if (pullPolicy !== "IfNotPresent") {
      throw new DriverError(
        `Image ${image} is not on the worker's machine, and image_pull_policy is ${pullPolicy}. Pull it there, or choose IfNotPresent.`,
      );
    }
  }
  await pull();
  return orExplain("The run's container can't be created", create);
}

function tellPull({ reports }: BeginOptions, message: string): void {
  if (message.startsWith("Pulling")) void reports.add({ kind: "phase", phase: "waiting", reason: "Pulling", message });
  reports.notice("info", message);
}

async function orExplain<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw new DriverError(`${what}: ${engineMessage(error)}`);
  }
}

/** The engine says it in its answer; the exit code stands in the state of the container, which was never started. */
async function explainStart(container: Docker.Container, error: unknown): Promise<StartError> {
  const state = await container.inspect().then(
    ({ State }) => State,
    () => undefined,
  );
  const exitCode = state?.ExitCode === 126 || state?.ExitCode === 127 ? state.ExitCode : undefined;
  return new StartError(startFailure(state?.Error || engineMessage(error)), exitCode);
}
