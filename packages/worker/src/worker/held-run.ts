import { isNotFound, ServerUnreachable } from "@ostinato/client";
import { type Claim, proposeState, readState } from "@ostinato/client/flow-run-states";
import { type KeptValues, keptValues } from "@ostinato/client/kept-values";
import { isTerminal, sleep, stateNames, toTimestamp } from "@ostinato/core";
import type {
  Deployment,
  Flow,
  FlowRun,
  readDeployment,
  readFlow,
  readFlowRun,
  updateFlowRun,
  updateFlowRunLabels,
} from "@ostinato/protocol";
import { languageOf } from "../drivers/command.ts";
import type { RunningJob } from "../drivers/driver.ts";
import type { Job } from "../drivers/job.ts";
import type { JobEnd } from "../drivers/job-end.ts";
import { giveBack } from "./giving-back.ts";
import { jobOfRun } from "./job-of-run.ts";
import { type Ended, type Fate, settlementOf } from "./run-fate.rules.ts";
import { lastKeptOutput, RunLog } from "./run-log.ts";
import type { WorkerContext } from "./worker-context.ts";
import { type RunObjects, tellExecuted, tellSubmitted } from "./worker-events.ts";

/** A run whose deployment is gone, or whose job cannot be made. The message says why. */
class CannotStart extends Error {
  override readonly name = "CannotStart";
  readonly isCancelled: boolean;

  constructor(
    message: string,
    { isCancelled = false, cause }: { readonly isCancelled?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.isCancelled = isCancelled;
  }
}

/** How long a job may run on whose run has ended: programs write results and close connections then. */
const lingerSeconds = 60;
/** Between two tries to tell the server how a run ended, while it does not answer. */
const tellAgainSeconds = 5;

/** A run that this worker has claimed or adopted: from then until its job is gone and the server knows how it ended. */
export class HeldRun {
  readonly id: string;
  readonly name: string;
  readonly claim: Claim;
  readonly ended: Promise<void>;
  readonly #worker: WorkerContext;
  readonly #log: RunLog;
  #job: RunningJob | undefined;
  #language: "typescript" | "python" | undefined;
  #stoppedBecause: Ended["stoppedBecause"];
  #lingers = false;
  #stopTimer = () => {};

  private constructor(
    worker: WorkerContext,
    { id, name, token }: { readonly id: string; readonly name: string; readonly token: string },
    work: (held: HeldRun) => Promise<void>,
  ) {
    this.#worker = worker;
    this.id = id;
    this.name = name;
    this.claim = { token };
    this.#log = new RunLog(worker, { id, name }, true);
    this.ended = work(this).catch((error: unknown) => {
      worker.say("error", `run "${name}": ${messageOf(error)}`);
    });
  }

  /** Starts the job of a run that the worker has claimed. */
  static claimed(worker: WorkerContext, run: FlowRun): HeldRun {
    const { id, name } = run;
    // The id of the PENDING state by which it was claimed.
    return new HeldRun(worker, { id, name, token: run.state_id ?? "" }, (held) => held.#execute(run));
  }

  /** Goes on with a job that a lost worker has started. */
  static adopted(worker: WorkerContext, run: FlowRun, job: RunningJob): HeldRun {
    const { id, name } = run;
    return new HeldRun(worker, { id, name, token: job.identity.claim }, (held) => held.#goOn(job));
  }

  /** Does what follows from the state of the run on the server. */
  follow(fate: Fate): void {
    switch (fate.kind) {
      case "go-on":
        return;
      case "cancel":
        this.cancel();
        return;
      case "let-end":
        if (this.#lingers) return;
        this.#lingers = true;
        this.#stopAfter(lingerSeconds, this.#worker.killAfterSeconds);
        return;
      case "stop":
        if (this.#stoppedBecause === "lost") return;
        this.#worker.say("warning", `run "${this.name}" is stopped here: ${fate.why}`);
        this.#stoppedBecause = "lost";
        this.#stopAfter(0, 0);
        return;
    }
  }

  /**
   * Ends the job, because somebody has cancelled the run. A program of ours hears that by itself and gets half of the time for it, since SIGTERM
   * would end its run as crashed.
   */
  cancel(): void {
    if (this.#stoppedBecause !== undefined) return;
    this.#stoppedBecause = "cancelled";
    const { killAfterSeconds } = this.#worker;
    const hears = this.#language === "typescript";
    this.#stopAfter(hears ? killAfterSeconds / 2 : 0, hears ? killAfterSeconds / 2 : killAfterSeconds);
  }

  /** Ends the job, because the worker ends. */
  drain(graceSeconds: number): void {
    this.#stoppedBecause ??= "draining";
    this.#stopTimer();
    void this.#job?.stop(graceSeconds);
  }

  #stopAfter(seconds: number, graceSeconds: number): void {
    this.#stopTimer();
    this.#stopTimer = this.#worker.clock.after(seconds, () => void this.#job?.stop(graceSeconds));
  }

  async #execute(run: FlowRun): Promise<void> {
    const { driver } = this.#worker;
    let prepared: Prepared;
    try {
      prepared = await this.#prepare(run);
    } catch (error) {
      // Nobody else starts it: this worker lives and has the claim.
      return await this.#refuse(
        error instanceof CannotStart ? error : new CannotStart(messageOf(error), { cause: error }),
      );
    }
    const { job, objects } = prepared;
    this.#language = languageOrPython(job);
    if (this.#stoppedBecause === "draining") return await this.#giveBack(run);
    if (this.#stoppedBecause !== undefined) return await this.#settle(notStarted);
    const submitted = tellSubmitted(this.#worker, objects);
    const running = driver.start(job);
    void this.#announce(run, running);
    const end = await this.#watch(running);
    const infrastructureId = await running.infrastructureId;
    tellExecuted(this.#worker, objects, { infrastructureId, exitCode: end.exitCode, follows: submitted });
  }

  async #giveBack(run: FlowRun): Promise<void> {
    await giveBack(this.#worker, run, this.claim.token).catch(unlessDeleted);
    this.#worker.say("info", `run "${this.name}" was given back before it was started`);
  }

  async #goOn(job: RunningJob): Promise<void> {
    const last = await lastKeptOutput(this.#worker, this.id).catch(() => undefined);
    this.#worker.say("info", `run "${this.name}" is watched on: the worker that started it is gone`);
    await this.#watch(job, last);
  }

  /** Follows the job until nothing is left of it. */
  async #watch(job: RunningJob, lastOutput?: string): Promise<JobEnd> {
    this.#job = job;
    if (this.#stoppedBecause === "draining") void job.stop(0);
    const read = this.#log.read(job, lastOutput === undefined ? undefined : toTimestamp(lastOutput));
    const end = await job.ended;
    this.#stopTimer();
    await this.#settle(end);
    await read;
    await job.cleanUp();
    return end;
  }

  /** Reads what the job is made of. */
  async #prepare(run: FlowRun): Promise<Prepared> {
    const { client, pool, name, environment } = this.#worker;
    const [deployment, flow] = await Promise.all([this.#deploymentOf(run), this.#flowOf(run)]);
    try {
      const job = await jobOfRun({
        run,
        deployment,
        flow,
        environment,
        token: this.claim.token,
        pool: pool(),
        workerName: name,
        baseUrl: client.baseUrl,
        auth: client.auth,
        references: this.#references(),
      });
      return { job, objects: { run, deployment, flow } };
    } catch (error) {
      throw new CannotStart(`The job of the run cannot be made: ${messageOf(error)}`, { cause: error });
    }
  }

  /** The blocks and variables of the server. A variable that is not there is left out as in Prefect, but the log of the run says so. */
  #references(): KeptValues {
    const kept = keptValues(this.#worker.client);
    return {
      ...kept,
      variable: async (name) => {
        const value = await kept.variable(name);
        if (value === undefined) {
          this.#log.say(
            "warning",
            `There is no variable "${name}" on the server, so what refers to it in the job variables or the job template of the work pool is left out.`,
          );
        }
        return value;
      },
    };
  }

  async #deploymentOf({ deployment_id: id }: FlowRun): Promise<Deployment> {
    if (id === null) throw new CannotStart("The run has no deployment, so nobody knows which code it runs.");
    return await this.#untilTold(() =>
      this.#worker.client.call<typeof readDeployment>("GET /deployments/{id}", { params: { id } }),
    ).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
      throw new CannotStart("The deployment of the run was deleted.", { isCancelled: true });
    });
  }

  #flowOf({ flow_id: id }: FlowRun): Promise<Flow> {
    return this.#untilTold(() => this.#worker.client.call<typeof readFlow>("GET /flows/{id}", { params: { id } }));
  }

  /** Ends a run that cannot start. */
  async #refuse({ message, isCancelled }: CannotStart): Promise<void> {
    this.#log.say("error", message);
    this.#worker.say("error", `run "${this.name}" cannot start: ${message}`);
    if (!isCancelled) return await this.#settle({ ...notStarted, message });
    const { id, claim } = this;
    await this.#untilTold(() =>
      proposeState(this.#worker, {
        flowRunId: id,
        from: { id: claim.token },
        state: { type: "CANCELLED", name: stateNames.cancelled, message },
        claim,
      }),
    ).catch(unlessDeleted);
  }

  /** Writes down on the server which worker has the run and where it executes. The run does not wait for that. */
  async #announce(run: FlowRun, job: RunningJob): Promise<void> {
    const { client, name, type, pool } = this.#worker;
    const params = { id: this.id };
    const labels = {
      "prefect.worker.name": name,
      "prefect.worker.type": type,
      "prefect.work-pool.name": pool().name,
      "prefect.work-pool.id": pool().id,
    };
    const submitting = proposeState(this.#worker, {
      flowRunId: this.id,
      from: { id: this.claim.token },
      state: { type: "PENDING", name: stateNames.submitting },
      claim: this.claim,
    });
    const labelled = client.call<typeof updateFlowRunLabels>("PATCH /flow_runs/{id}/labels", { params, body: labels });
    await Promise.allSettled([submitting, labelled]);
    const infrastructureId = await job.infrastructureId;
    if (infrastructureId === undefined) return;
    await client
      .call<typeof updateFlowRun>("PATCH /flow_runs/{id}", { params, body: { infrastructure_pid: infrastructureId } })
      .catch((error: unknown) => {
        if (!isNotFound(error))
          this.#log.say(
            "warning",
            `The server could not be told where run "${run.name}" executes: ${messageOf(error)}`,
          );
      });
  }

  /** Gives the run an end where it did not reach one by itself. */
  async #settle(end: JobEnd): Promise<void> {
    const stoppedBecause = this.#stoppedBecause;
    const run = await this.#untilTold(() => this.#read());
    const settlement = settlementOf(run, this.claim, { end, stoppedBecause });
    const state = run?.state ?? undefined;
    if (settlement === undefined || state === undefined) return this.#say(run, end);
    const told = await this.#untilTold(() =>
      proposeState(this.#worker, { flowRunId: this.id, from: readState(state), claim: this.claim, ...settlement }),
    ).catch(unlessDeleted);
    if (settlement.state.type === "CRASHED" && settlement.state.message)
      this.#log.say("error", settlement.state.message);
    const { type, name, message } = told?.state ?? { type: "deleted", name: "deleted", message: "" };
    this.#worker.counts.runEnded(type);
    this.#worker.say(
      type === "CRASHED" ? "error" : "info",
      `run "${this.name}" ended as ${name}${message ? `: ${message}` : ""}`,
    );
  }

  #say(run: FlowRun | undefined, end: JobEnd): void {
    const state = run?.state;
    this.#worker.counts.runEnded(state?.type ?? "deleted");
    if (state === undefined || state === null) this.#worker.say("info", `run "${this.name}" was deleted on the server`);
    else if (isTerminal(state.type)) this.#worker.say("info", `run "${this.name}" ended as ${state.name}`);
    else
      this.#worker.say("info", `run "${this.name}" is ${state.name}, and not this worker's any more. ${end.message}`);
  }

  async #read(): Promise<FlowRun | undefined> {
    try {
      return await this.#worker.client.call<typeof readFlowRun>("GET /flow_runs/{id}", { params: { id: this.id } });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Asks the server until it answers, however long that takes. */
  async #untilTold<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof ServerUnreachable)) throw error;
        await sleep(this.#worker.clock, tellAgainSeconds);
      }
    }
  }
}

interface Prepared {
  readonly job: Job;
  readonly objects: RunObjects;
}

const notStarted: JobEnd = {
  reason: "not-started",
  exitCode: undefined,
  signal: undefined,
  message: "The worker was told to stop before it started the run.",
};

function languageOrPython(job: Job): "typescript" | "python" {
  try {
    return languageOf(job);
  } catch {
    // A command of its own, which need not hear of a cancel.
    return "python";
  }
}

function unlessDeleted(error: unknown): undefined {
  if (isNotFound(error)) return undefined;
  throw error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
