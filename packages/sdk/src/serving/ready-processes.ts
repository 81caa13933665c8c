import type { Clock } from "@ostinato/core";
import type { FlowRun } from "@ostinato/protocol";
import { aheadSeconds } from "./due-runs.ts";
import { type RunProcess, startRunProcess } from "./run-process.ts";

/** The flow of a run, as the run's process finds it. */
export interface FlowPlace {
  readonly file: string;
  readonly flowName: string;
  readonly deploymentName: string;
}

export interface ReadyProcessesOptions {
  readonly clock: Clock;
  /** The program that executes a run. */
  readonly program: URL;
}

/** The process of one run: one that is ready, or one that starts when it is used. */
export interface ReadyProcess {
  readonly use: () => RunProcess;
  /** Ends a process that was not used. */
  readonly drop: () => void;
}

/** A process that nobody uses ends so long after the time of its run. */
const spareSeconds = 5;

/**
 * Processes that have loaded a flow and wait for its run, whose time comes in a moment. They know nothing of the run and have no claim: whoever
 * claims the run at its time gives it to them, and where nobody does they end.
 */
export class ReadyProcesses {
  readonly #options: ReadyProcessesOptions;
  readonly #byRun = new Map<string, { readonly process: RunProcess; readonly forget: () => void }>();

  constructor(options: ReadyProcessesOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#byRun.size;
  }

  /** Does nothing where the run has a process. */
  start(run: FlowRun, place: FlowPlace): void {
    if (this.#byRun.has(run.id)) return;
    const process = this.#start(run, place);
    const stop = this.#options.clock.after(aheadSeconds + spareSeconds, () => this.#end(run.id));
    const forget = () => {
      stop();
      this.#byRun.delete(run.id);
    };
    this.#byRun.set(run.id, { process, forget });
  }

  take(run: FlowRun, place: FlowPlace): ReadyProcess {
    const ready = this.#byRun.get(run.id);
    ready?.forget();
    let isUsed = false;
    return {
      use: () => {
        isUsed = true;
        return ready?.process ?? this.#start(run, place);
      },
      drop: () => {
        if (!isUsed) ready?.process.signal("SIGKILL");
      },
    };
  }

  /** Ends all. */
  end(): void {
    for (const id of [...this.#byRun.keys()]) this.#end(id);
  }

  #end(id: string): void {
    const ready = this.#byRun.get(id);
    ready?.forget();
    ready?.process.signal("SIGKILL");
  }

  #start({ name }: FlowRun, { file, flowName, deploymentName }: FlowPlace): RunProcess {
    const job = { kind: "run", file, flowName, deploymentName } as const;
    return startRunProcess({ job, program: this.#options.program, runName: name });
  }
}
