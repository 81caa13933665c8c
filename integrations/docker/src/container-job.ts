import type Docker from "dockerode";
import {
  type Clock,
  type JobEnd,
  type JobIdentity,
  type JobReport,
  LastLines,
  type OutputLine,
  ReportQueue,
  type RunningJob,
  sleep,
  type Timestamp,
} from "ostinato/driver";
import { keptName } from "./container-body.ts";
import { type EndedContainer, verdictOf } from "./container-end.ts";
import { followOutput } from "./container-output.ts";
import { type BeginOptions, type BegunContainer, StartError } from "./container-start.ts";
import { type ContainerState, ContainerWatch, hasEnded, isCreated } from "./container-watch.ts";
import { statusOf } from "./engine.ts";

export interface ContainerJobOptions {
  readonly identity: JobIdentity;
  readonly clock: Clock;
  readonly begin: (options: BeginOptions) => Promise<BegunContainer>;
  readonly onCleanedUp: () => void;
}

const secondsBetweenKills = 2;
/** How long the end of a container waits for its last lines, which its message may quote. */
const lastLinesSeconds = 0.5;

/** A container of a run, that this worker started or found. */
export class ContainerJob implements RunningJob {
  readonly identity: JobIdentity;
  readonly #options: ContainerJobOptions;
  readonly #reports = new ReportQueue();
  readonly #lastLines = new LastLines();
  readonly #outputRead = Promise.withResolvers<void>();
  readonly #id = Promise.withResolvers<string | undefined>();
  readonly #stopRequested = new AbortController();
  #created: Pick<BegunContainer, "container" | "name" | "isKept"> | undefined;
  readonly #begun: Promise<BegunContainer>;
  #ended: Promise<JobEnd> | undefined;
  #hasEnded = false;
  #wasStopped = false;
  #stopAt = Number.POSITIVE_INFINITY;
  #hurry = () => {};
  #cleanedUp: Promise<void> | undefined;

  constructor(options: ContainerJobOptions) {
    this.#options = options;
    this.identity = options.identity;
    this.#begun = options.begin({
      reports: this.#reports,
      signal: this.#stopRequested.signal,
      onCreated: (created) => {
        this.#created = created;
        this.#id.resolve(created.name);
      },
    });
    // Its failure is told by the end.
    this.#begun.catch(() => {});
  }

  get infrastructureId(): Promise<string | undefined> {
    return this.#id.promise;
  }

  /** Watching begins when somebody asks: what was found and left alone costs nothing. */
  get ended(): Promise<JobEnd> {
    this.#ended ??= this.#run().then((end) => {
      this.#hasEnded = true;
      this.#hurry();
      return end;
    });
    return this.#ended;
  }

  async *reports(after?: Timestamp): AsyncGenerator<JobReport, void, void> {
    void this.#follow(after);
    yield* this.#reports.read();
  }

  async stop(graceSeconds: number): Promise<JobEnd> {
    const { clock } = this.#options;
    const isFirst = this.#stopAt === Number.POSITIVE_INFINITY;
    this.#stopAt = Math.min(this.#stopAt, clock.elapsed() + graceSeconds);
    this.#hurry();
    if (isFirst) void this.#end();
    return this.ended;
  }

  cleanUp(): Promise<void> {
    this.#cleanedUp ??= this.#cleanUp().catch((error) => {
      this.#cleanedUp = undefined;
      throw error;
    });
    return this.#cleanedUp;
  }

  async #run(): Promise<JobEnd> {
    try {
      const begun = await this.#begun;
      const watch = this.#watch(begun.container);
      const state = watch.untilEnded(begun.exit).then(async (ended) => {
        await Promise.race([this.#outputRead.promise, sleep(this.#options.clock, lastLinesSeconds)]);
        return this.#verdict(ended);
      });
      if (begun.maxWaitSeconds === undefined) return await state;
      return await Promise.race([state, this.#giveUpAfter(begun.maxWaitSeconds)]);
    } catch (error) {
      return this.#failedStart(error);
    } finally {
      this.#id.resolve(undefined);
    }
  }

  #watch(container: Docker.Container): ContainerWatch {
    const { clock } = this.#options;
    return new ContainerWatch(container, { clock, notice: (level, message) => this.#reports.notice(level, message) });
  }

  #verdict(state: ContainerState | undefined): JobEnd {
    const unknown = { exitCode: undefined, signal: undefined };
    if (state === undefined) {
      return this.#wasStopped
        ? { ...unknown, reason: "stopped", message: "The run's container was removed when its worker stopped it." }
        : { ...unknown, reason: "removed", message: "Somebody removed the run's container before the run ended." };
    }
    if (isCreated(state)) {
      return {
        ...unknown,
        reason: "not-started",
        message: "The run's container was created and never started: its worker was lost.",
      };
    }
    const { end, warning } = verdictOf(endedContainer(state, this.#lastLines), this.#wasStopped);
    if (warning !== undefined) this.#reports.notice("warning", warning);
    return end;
  }

  async #giveUpAfter(seconds: number): Promise<JobEnd> {
    await sleep(this.#options.clock, seconds);
    return {
      reason: "lost",
      exitCode: undefined,
      signal: undefined,
      message: `The run's container did not end within ${seconds} s (container_wait_timeout), and is left alone.`,
    };
  }

  #failedStart(error: unknown): JobEnd {
    if (this.#stopRequested.signal.aborted) {
      return {
        reason: "stopped",
        exitCode: undefined,
        signal: undefined,
        message: "The run was stopped before its container ran.",
      };
    }
    const exitCode = error instanceof StartError ? error.exitCode : undefined;
    return {
      reason: "not-started",
      exitCode,
      signal: undefined,
      message: error instanceof Error ? error.message : String(error),
    };
  }

  /** Hands over the output, then what is to be said about the end. */
  async #follow(after: Timestamp | undefined): Promise<void> {
    const giveUp = this.ended.then(({ reason }) => (reason === "lost" ? undefined : new Promise<never>(() => {})));
    await Promise.race([this.#followOutput(after), giveUp]).catch(() => {});
    this.#outputRead.resolve();
    await this.ended;
    this.#reports.close();
  }

  async #followOutput(after: Timestamp | undefined): Promise<void> {
    const { container, output } = await this.#begun;
    const { clock } = this.#options;
    const watch = this.#watch(container);
    let looksAfterEnd = 0;
    await followOutput({
      container,
      attached: output,
      since: after === undefined ? undefined : engineTime(after),
      onLine: (line) => this.#takeLine(line),
      isComplete: async (wasCutOff) => {
        const state = await watch.look();
        if (state === undefined || (hasEnded(state) && !wasCutOff)) return true;
        if (hasEnded(state) || isCreated(state)) return ++looksAfterEnd >= maxLooksAfterEnd;
        await sleep(clock, secondsBetweenKills);
        return false;
      },
    });
  }

  #takeLine(line: OutputLine): Promise<void> {
    if (line.stream === "stderr") this.#lastLines.add(line.text);
    return this.#reports.add(line);
  }

  /** Ends the container until it has ended. */
  async #end(): Promise<void> {
    const { clock } = this.#options;
    this.#stopRequested.abort(new Error("the job was stopped"));
    const begun = await this.#begun.catch(() => undefined);
    if (begun === undefined) return;
    const { container } = begun;
    const state = await this.#watch(container).look();
    if (state === undefined || hasEnded(state)) return;
    this.#wasStopped = true;
    if (isCreated(state)) {
      await container.remove({ force: true, v: true }).catch(() => {});
      return;
    }
    await container.kill({ signal: "SIGTERM" }).catch(() => {});
    while (!this.#hasEnded) {
      const left = this.#stopAt - clock.elapsed();
      // One that has ended meanwhile refuses the signal.
      if (left <= 0) await container.kill({ signal: "SIGKILL" }).catch(() => {});
      await this.#pause(left <= 0 ? secondsBetweenKills : left);
    }
  }

  /** Sleeps until the container has ended, or its time was shortened. */
  async #pause(seconds: number): Promise<void> {
    if (this.#hasEnded) return;
    const wake = new AbortController();
    this.#hurry = () => wake.abort();
    await sleep(this.#options.clock, seconds, wake.signal).catch(() => {});
  }

  async #cleanUp(): Promise<void> {
    const { reason } = this.#hasEnded ? await this.ended : await this.stop(0);
    const begun = await this.#begun.catch(() => undefined);
    begun?.output?.destroy();
    if (this.#created !== undefined) await removeContainer(this.#created, reason);
    this.#reports.close();
    this.#options.onCleanedUp();
  }
}

/** How often the log of a container that has ended is asked for, where the engine breaks off. */
const maxLooksAfterEnd = 3;

/** A container that stays gets another name, under which workers don't look for it. */
async function removeContainer(
  { container, name, isKept }: Pick<BegunContainer, "container" | "name" | "isKept">,
  reason: JobEnd["reason"],
): Promise<void> {
  try {
    if (isKept || reason === "lost") await container.rename({ name: keptName(name) });
    else await container.remove({ force: true, v: true });
  } catch (error) {
    // Somebody else has removed it, or is about to.
    if (statusOf(error) !== 404 && statusOf(error) !== 409) throw error;
  }
}

function endedContainer({ State, HostConfig, Path }: ContainerState, lastLines: LastLines): EndedContainer {
  return {
    exitCode: State.ExitCode,
    isOutOfMemory: State.OOMKilled,
    error: State.Error,
    memoryLimitBytes: HostConfig.Memory ?? 0,
    program: Path,
    lastLines,
  };
}

/** The first moment after: the engine's `since` includes the moment itself. */
function engineTime(after: Timestamp): string {
  const micros = after + 1;
  return `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, "0")}000`;
}
