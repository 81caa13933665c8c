import { formatTimestamp, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { filterLogs } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import type { RunningJob } from "../drivers/driver.ts";
import { ChildOutput } from "./child-output.ts";
import type { WorkerContext } from "./worker-context.ts";

type Level = keyof typeof logLevels;

/** The name of the lines of log that a run's job wrote. */
const outputNames = { stdout: "ostinato.stdout", stderr: "ostinato.stderr" } as const;
const workerName = "ostinato.worker";

/** The log of one run, as its worker writes it. */
export class RunLog {
  readonly #worker: WorkerContext;
  readonly #run: { readonly id: string; readonly name: string };
  /** Whether what the run writes is also shown to the person who started the worker. */
  readonly #isShown: boolean;

  constructor(worker: WorkerContext, run: { readonly id: string; readonly name: string }, isShown: boolean) {
    this.#worker = worker;
    this.#run = run;
    this.#isShown = isShown;
  }

  /** A line that the worker says itself. */
  say(level: Level, message: string): void {
    this.#add(workerName, level, message, this.#worker.clock.now());
  }

  /** Keeps what the job writes and what its driver says, until nothing more can come. */
  async read(job: RunningJob, after?: Timestamp): Promise<void> {
    const outputs = { stdout: new ChildOutput(), stderr: new ChildOutput() };
    for await (const report of job.reports(after)) {
      if (report.kind === "notice") this.say(report.level, report.message);
      else if (report.kind === "phase") this.#sayPhase(report);
      else {
        const { text, isSent } = outputs[report.stream].read(report.text);
        if (this.#isShown) this.#worker.show(this.#run.name, text);
        if (!isSent) this.#add(outputNames[report.stream], "info", text, report.timestamp ?? this.#worker.clock.now());
      }
      // Without contact a full queue drops lines and counts them: the run must not wait for the server.
      if (this.#worker.contact.isThere) await this.#worker.logs.backpressure;
    }
  }

  #sayPhase(phase: { readonly phase: "running" } | { readonly phase: "waiting"; readonly message: string }): void {
    if (phase.phase === "waiting") this.say("info", phase.message);
  }

  #add(name: string, level: Level, message: string, timestamp: Timestamp): void {
    const id = timeOrderedId(this.#worker.clock.now());
    this.#worker.logs.add({
      id,
      name,
      level: logLevels[level],
      message,
      timestamp: formatTimestamp(timestamp),
      flow_run_id: this.#run.id,
      task_run_id: null,
    });
  }
}

/** When the last line of a job was written that a worker has kept; undefined where there is none. */
export async function lastKeptOutput({ client }: WorkerContext, flowRunId: string): Promise<string | undefined> {
  const lines = await client.call<typeof filterLogs>("POST /logs/filter", {
    body: { logs: { flow_run_id: { any_: [flowRunId] } }, sort: "TIMESTAMP_DESC", limit: 200 },
  });
  const names: readonly string[] = Object.values(outputNames);
  return lines.find(({ name }) => names.includes(name))?.timestamp;
}
