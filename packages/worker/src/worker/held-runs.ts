import { isNotFound } from "@ostinato/client";
import type { FlowRun, filterFlowRuns, filterWorkers } from "@ostinato/protocol";
import type { RunningJob } from "../drivers/driver.ts";
import { claimedByName, giveBack } from "./giving-back.ts";
import { HeldRun } from "./held-run.ts";
import { adoptionOf, fateOf } from "./run-fate.rules.ts";
import type { WorkerContext } from "./worker-context.ts";

/** As many ids as a filter answers at once. */
const readAtOnce = 200;

/** The runs that a worker holds: those that it has claimed, and those that it has taken over. */
export class HeldRuns {
  readonly #worker: WorkerContext;
  readonly #onFree: () => void;
  /** By the token of the claim: a run may come back under another one while the job of the former is being stopped. */
  readonly #runs = new Map<string, HeldRun>();
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(worker: WorkerContext, onFree: () => void) {
    this.#worker = worker;
    this.#onFree = onFree;
  }

  get count(): number {
    return this.#runs.size;
  }

  /** Starts a run that was claimed. */
  start(run: FlowRun): void {
    this.#hold(HeldRun.claimed(this.#worker, run));
  }

  cancel(flowRunId: string): void {
    for (const held of this.#runs.values()) if (held.id === flowRunId) held.cancel();
  }

  /** Ends all jobs, because the worker ends. */
  drain(graceSeconds: number): void {
    for (const held of this.#runs.values()) held.drain(graceSeconds);
  }

  async untilIdle(): Promise<void> {
    if (this.#runs.size === 0) return;
    this.#idle ??= Promise.withResolvers();
    await this.#idle.promise;
  }

  /** Does what the present states of the runs ask for, in case a message was missed. */
  async look(): Promise<void> {
    const held = [...this.#runs.values()];
    const runs = await this.#read(held.map(({ id }) => id));
    for (const one of held) one.follow(fateOf(runs.get(one.id), one.claim));
  }

  /**
   * Takes over what lost workers of the pool have left, and removes what is left of runs that are nobody's. Returns how many jobs were taken over
   * or removed.
   */
  async adopt(): Promise<number> {
    const { driver, pool, counts } = this.#worker;
    const found = (await driver.find(pool().id)).filter(({ identity }) => !this.#runs.has(identity.claim));
    if (found.length === 0) return 0;
    const [runs, online] = await Promise.all([
      this.#read(found.map(({ identity }) => identity.flowRunId)),
      this.#onlineWorkers(),
    ]);
    let changed = 0;
    for (const job of found) {
      const { flowRunId, claim, workerName } = job.identity;
      const run = runs.get(flowRunId);
      const owner = workerName === this.#worker.name ? "own" : online.has(workerName) ? "online" : "silent";
      const adoption = adoptionOf(run, { hold: { token: claim }, owner });
      if (adoption === "leave" || this.#runs.has(claim)) continue;
      changed += 1;
      if (adoption === "adopt" && run !== undefined) {
        counts.adopted += 1;
        this.#hold(HeldRun.adopted(this.#worker, run, job));
      } else await this.#remove(job, run);
    }
    return changed;
  }

  /** Gives back what the server counts as claimed by this worker and nobody has started. */
  async giveBackUnknown(): Promise<void> {
    const ids = await claimedByName(this.#worker);
    const runs = await this.#read(ids.filter((id) => ![...this.#runs.values()].some((held) => held.id === id)));
    for (const run of runs.values()) {
      const token = run.state?.state_details.claim ?? run.state_id;
      if (run.state_type !== "PENDING" || token === null || this.#runs.has(token)) continue;
      this.#worker.say("warning", `run "${run.name}" was claimed and not started: given back`);
      await giveBack(this.#worker, run, token);
    }
  }

  /** The job that executes the run, whoever started it; undefined where nothing is left of it. */
  async find(flowRunId: string): Promise<readonly RunningJob[]> {
    const { driver, pool } = this.#worker;
    return (await driver.find(pool().id)).filter(({ identity }) => identity.flowRunId === flowRunId);
  }

  async #remove(job: RunningJob, run: FlowRun | undefined): Promise<void> {
    const name = run?.name ?? job.identity.flowRunId;
    this.#worker.say("warning", `what a lost worker left of run "${name}" is removed: the run is not its any more`);
    await job.cleanUp();
  }

  #hold(held: HeldRun): void {
    this.#runs.set(held.claim.token, held);
    void held.ended.then(() => {
      this.#runs.delete(held.claim.token);
      if (this.#runs.size === 0) this.#idle?.resolve();
      this.#onFree();
    });
  }

  async #read(ids: readonly string[]): Promise<ReadonlyMap<string, FlowRun>> {
    const found = new Map<string, FlowRun>();
    for (let from = 0; from < ids.length; from += readAtOnce) {
      const some = ids.slice(from, from + readAtOnce);
      const runs = await this.#worker.client.call<typeof filterFlowRuns>("POST /flow_runs/filter", {
        body: { flow_runs: { id: { any_: some } }, limit: some.length },
      });
      for (const run of runs) found.set(run.id, run);
    }
    return found;
  }

  /** Workers of the pool that give signs of life. */
  async #onlineWorkers(): Promise<ReadonlySet<string>> {
    try {
      const workers = await this.#worker.client.call<typeof filterWorkers>(
        "POST /work_pools/{work_pool_name}/workers/filter",
        {
          params: { work_pool_name: this.#worker.pool().name },
          body: { workers: { status: { any_: ["ONLINE"] } } },
        },
      );
      return new Set(workers.map(({ name }) => name));
    } catch (error) {
      if (isNotFound(error)) return new Set();
      throw error;
    }
  }
}
