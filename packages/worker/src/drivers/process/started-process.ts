import { type ChildProcess, spawn } from "node:child_process";
import { hostname } from "node:os";
import type { Readable } from "node:stream";
import { type Clock, sleep } from "@ostinato/core";
import { nameOfProcess } from "@ostinato/core/process";
import { readOutput } from "@ostinato/core/process-output";
import type { JobReport, RunningJob } from "../driver.ts";
import type { Job, JobIdentity } from "../job.ts";
import type { JobEnd } from "../job-end.ts";
import { LastLines } from "../last-lines.ts";
import { ReportQueue } from "../report-queue.ts";
import { countMemoryKills } from "./memory-kills.ts";
import { type PreparedProcess, prepareProcess } from "./prepared-process.ts";
import { endOfProcess, notStarted } from "./process-end.ts";
import { isGroupGone, membersOf, signalGroup } from "./process-group.ts";
import type { ProcessRecords } from "./process-records.ts";
import { removeFolder } from "./working-folder.ts";

export interface StartedProcessOptions {
  readonly clock: Clock;
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  readonly ostinato: readonly string[];
  readonly records: ProcessRecords;
  readonly onCleanedUp: () => void;
}

/** How long processes that a run leaves behind may take to end after SIGTERM. */
const leftoverSeconds = 2;

/** How long the end of a process waits for its last lines, which its message may quote. */
const lastLinesSeconds = 0.5;

/** A process that this worker started, in a group of its own. */
export class StartedProcess implements RunningJob {
  readonly identity: JobIdentity;
  readonly infrastructureId: Promise<string | undefined>;
  readonly ended: Promise<JobEnd>;
  readonly #options: StartedProcessOptions;
  readonly #reports = new ReportQueue();
  readonly #lastLines = new LastLines();
  readonly #leftoversEnded = Promise.withResolvers<void>();
  readonly #memoryKillsBefore = countMemoryKills();
  #prepared: PreparedProcess | undefined;
  #group: number | undefined;
  #isStopping = false;
  #hasEnded = false;
  #stopAt = Number.POSITIVE_INFINITY;
  #takeBackKill = () => {};

  constructor(job: Job, options: StartedProcessOptions) {
    this.identity = job.identity;
    this.#options = options;
    const { child, failure } = this.#spawn(job);
    this.#group = child?.pid;
    const id = child?.pid === undefined ? undefined : `${hostname()}:${child.pid}`;
    this.infrastructureId = Promise.resolve(id);
    if (id !== undefined) this.#record(id);
    this.ended = this.#run(child, failure).then((end) => {
      this.#hasEnded = true;
      this.#takeBackKill();
      return end;
    });
  }

  reports(): AsyncIterable<JobReport> {
    return this.#reports.read();
  }

  async stop(graceSeconds: number): Promise<JobEnd> {
    const { clock } = this.#options;
    const group = this.#group;
    if (this.#hasEnded || group === undefined) return this.ended;
    if (!this.#isStopping) signalGroup(group, "SIGTERM");
    this.#isStopping = true;
    const stopAt = clock.elapsed() + graceSeconds;
    if (stopAt < this.#stopAt) {
      this.#stopAt = stopAt;
      this.#takeBackKill();
      this.#takeBackKill = clock.after(graceSeconds, () => void signalGroup(group, "SIGKILL"));
    }
    return this.ended;
  }

  async cleanUp(): Promise<void> {
    await this.stop(0);
    await removeFolder(this.#prepared?.temporaryFolder);
    this.#options.records.remove(this.identity.claim);
    this.#reports.close();
    this.#options.onCleanedUp();
  }

  #spawn(job: Job): { readonly child: ChildProcess | undefined; readonly failure: unknown } {
    try {
      this.#prepared = prepareProcess(job, this.#options);
      const { command, folder, environment } = this.#prepared;
      const [program = "", ...args] = command;
      // A group of its own: signals reach all that the run starts, and Ctrl-C in the worker's terminal reaches only the worker.
      const stdio = ["ignore", "pipe", "pipe"] as const;
      const child = spawn(program, args, {
        cwd: folder,
        env: environment,
        stdio: [...stdio],
        detached: true,
        windowsHide: true,
      });
      return { child, failure: undefined };
    } catch (error) {
      return { child: undefined, failure: error };
    }
  }

  #record(infrastructureId: string): void {
    const pid = this.#group ?? 0;
    const process = nameOfProcess(pid);
    const temporaryFolder = this.#prepared?.temporaryFolder;
    try {
      this.#options.records.write({ identity: this.identity, infrastructureId, pid, process, temporaryFolder });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#reports.notice(
        "warning",
        `The worker could not write down which process it started, so no other worker finds it if this one is lost: ${reason}`,
      );
    }
  }

  async #run(child: ChildProcess | undefined, failure: unknown): Promise<JobEnd> {
    if (child === undefined) return this.#failToStart(failure);
    const exited = exitOf(child);
    const { exitCode, signal, failure: late } = await this.#readWhileRunning(child, exited);
    if (late !== undefined) return this.#failToStart(late);
    await this.#endLeftovers();
    return endOfProcess({
      exitCode,
      signal,
      isStopping: this.#isStopping,
      memoryKills: countMemoryKills() - this.#memoryKillsBefore,
      lastLines: this.#lastLines.list(),
    });
  }

  #failToStart(failure: unknown): JobEnd {
    this.#reports.close();
    return notStarted(failure, this.#prepared?.command);
  }

  /** What the process wrote is read on after it has exited. Its end waits only a moment for that, however slow the reader is. */
  async #readWhileRunning(child: ChildProcess, exited: Promise<Exit>): Promise<Exit> {
    void this.#reports.add({ kind: "phase", phase: "running" });
    const until = exited.then(() => {});
    const read = (stream: Readable | null, name: "stdout" | "stderr") =>
      readOutput(stream, {
        exited: until,
        clock: this.#options.clock,
        onLine: (text) => {
          if (name === "stderr") this.#lastLines.add(text);
          return this.#reports.add({ kind: "output", stream: name, text });
        },
      });
    const outputEnded = Promise.all([read(child.stdout, "stdout"), read(child.stderr, "stderr")]);
    void outputEnded.then(() => this.#closeReports());
    const exit = await exited;
    await Promise.race([outputEnded, sleep(this.#options.clock, lastLinesSeconds)]);
    return exit;
  }

  async #closeReports(): Promise<void> {
    await this.#leftoversEnded.promise;
    this.#reports.close();
  }

  async #endLeftovers(): Promise<void> {
    const group = this.#group ?? 0;
    const { clock } = this.#options;
    const left = membersOf(group);
    if (left.length > 0) {
      if (!this.#isStopping) {
        signalGroup(group, "SIGTERM");
        this.#reports.notice("warning", leftoverNotice(left.length));
      }
      const seconds = this.#isStopping ? Math.max(0, this.#stopAt - clock.elapsed()) : leftoverSeconds;
      if (!(await isGroupGone(group, clock, seconds))) {
        signalGroup(group, "SIGKILL");
        await isGroupGone(group, clock, leftoverSeconds);
      }
    }
    this.#leftoversEnded.resolve();
  }
}

interface Exit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly failure: unknown;
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal, failure: undefined }));
    child.once("error", (failure) => {
      if (child.pid === undefined) resolve({ exitCode: null, signal: null, failure });
    });
  });
}

function leftoverNotice(count: number): string {
  const processes = count === 1 ? "A process that the run started was" : `${count} processes that the run started were`;
  return `${processes} still there when its main process had ended, and was told to end. What shall outlive a run needs a session of its own (setsid).`;
}
