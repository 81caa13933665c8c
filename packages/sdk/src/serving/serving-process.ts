import { durationSeconds } from "@ostinato/core";
import type { Deployment, pauseDeployment } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { UsageError } from "../errors.ts";
import { failureMessage } from "../failures/failure-text.ts";
import type { DeploymentOptions, ServingOptions } from "../flow/deployment-options.ts";
import { notice } from "../logging/console-output.ts";
import { type Session, session } from "../session/session.ts";
import { announceServing } from "./announcement.ts";
import { registerFlow } from "./flow-registration.ts";
import { registerDeployment } from "./registration.ts";
import type { DescribedFlow } from "./run-job.ts";
import { Runner, type ServedDeployment } from "./runner.ts";
import { stopRequests } from "./stop-requests.ts";

/** A flow, and the file that the process of a run loads for it. */
export interface PlacedFlow extends DescribedFlow {
  readonly file: string;
}

/** Where the flows of deployments come from. */
export interface Source {
  readonly options: DeploymentOptions;
  read(): Promise<readonly PlacedFlow[]>;
  /** Calls the function when the flows may have changed, until the returned function is called. */
  readonly watch?: (onChange: () => void) => () => void;
}

export interface SourceServingOptions extends ServingOptions {
  /** The program that executes one run. */
  readonly program: URL;
}

const defaults = { limit: 5, shutdownTimeout: "10m", killAfter: "30s" } as const;

/** Registers the deployments of the sources, and executes their runs until the process is told to stop. */
export async function serveSources(sources: readonly Source[], options: SourceServingOptions): Promise<void> {
  const opened = await session();
  refuseServerInside(opened);
  const release = opened.keepAlive();
  const requests = stopRequests(options.signal);
  try {
    const served = new ServedSources(opened, sources, options.pauseOnShutdown === true);
    await served.register();
    const { limit = defaults.limit, killAfter = defaults.killAfter, program } = options;
    const killAfterSeconds = durationSeconds(killAfter);
    const runner = new Runner({ session: opened, deployments: served.places, limit, killAfterSeconds, program });
    const stopWatching = served.watch(() => runner.replace(served.places));
    announceServing(opened, served.rows, limit);
    await runner.start();
    await requests.stop;
    stopWatching();
    sayStopping(runner.count);
    await runner.stop(durationSeconds(options.shutdownTimeout ?? defaults.shutdownTimeout), requests.atOnce);
    if (options.pauseOnShutdown === true) for (const { row } of served.rows) await pause(opened, row);
  } finally {
    requests.stopListening();
    release();
  }
}

/** A server inside this process makes no runs by schedules, and processes of runs could not reach it. */
function refuseServerInside({ connection }: Session): void {
  if (!connection.inProcess) return;
  throw new UsageError(
    'Serving needs a server, and none answers. Start one with "ostinato server start", or name it in OSTINATO_API_URL.',
  );
}

interface Registered {
  readonly row: Deployment;
  readonly flowName: string;
  readonly file: string;
}

/** The deployments of the sources, as they are registered. */
class ServedSources {
  readonly #opened: Session;
  readonly #sources: readonly Source[];
  readonly #resume: boolean;
  #registered = new Map<Source, readonly Registered[]>();

  constructor(opened: Session, sources: readonly Source[], resume: boolean) {
    this.#opened = opened;
    this.#sources = sources;
    this.#resume = resume;
  }

  get rows(): readonly Registered[] {
    return this.#sources.flatMap((source) => this.#registered.get(source) ?? []);
  }

  get places(): readonly ServedDeployment[] {
    return this.rows.map(({ row, flowName, file }) => ({ id: row.id, deploymentName: row.name, flowName, file }));
  }

  async register(): Promise<void> {
    for (const source of this.#sources) await this.#register(source);
  }

  /** Registers anew what changes. What cannot be registered stays as it was. */
  watch(onRegistered: () => void): () => void {
    const again = async (source: Source) => {
      try {
        await this.#register(source);
        onRegistered();
        const names = (this.#registered.get(source) ?? []).map(({ row, flowName }) => `${flowName}/${row.name}`);
        notice(logLevels.info, `registered anew: ${names.join(", ")}`);
      } catch (error) {
        notice(logLevels.error, `${failureMessage(error)} The deployment stays as it was.`);
      }
    };
    const stops = this.#sources.map((source) => source.watch?.(() => void again(source)));
    return () => {
      for (const stop of stops) stop?.();
    };
  }

  async #register(source: Source): Promise<void> {
    const registered: Registered[] = [];
    for (const flow of await source.read()) {
      const served = { ...flow, id: await registerFlow(this.#opened, flow) };
      const row = await registerDeployment(this.#opened, served, { options: source.options, resume: this.#resume });
      registered.push({ row, flowName: flow.name, file: flow.file });
    }
    this.#registered.set(source, registered);
  }
}

function sayStopping(running: number): void {
  if (running === 0) return;
  const what = running === 1 ? "the run that is" : `${running} runs that are`;
  notice(logLevels.info, `stopping: no further run starts; waiting for ${what} under way. Once more to end at once`);
}

async function pause({ client }: Session, { id, name }: Deployment): Promise<void> {
  try {
    await client.call<typeof pauseDeployment>("POST /deployments/{id}/pause_deployment", {
      params: { id },
      retries: 2,
    });
  } catch (error) {
    notice(logLevels.warning, `the schedules of deployment "${name}" could not be paused: ${failureMessage(error)}`);
  }
}
