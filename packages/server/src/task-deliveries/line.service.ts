import type { StoredResult, TaskRun } from "@ostinato/protocol";
import type { Context } from "../kernel/context.ts";
import * as results from "../results/results.service.ts";
import * as taskRuns from "../task-runs/task-runs.service.ts";
import type { Sleeper } from "../waking/telling.service.ts";
import type { Handing } from "./queue.queries.ts";
import { take } from "./queue.service.ts";

/** A connected worker that waits for runs. */
export interface Member {
  readonly id: string;
  /** How many more runs it takes at the moment. */
  slots: number;
  give(runs: readonly TaskRun[], parameters: readonly StoredResult[]): void;
  /** Has it come back and say what it has: it may own runs that it was never sent. */
  sendAway(): void;
}

/** Connected workers of the same tasks, which get the runs of these tasks in turn. */
export class Line implements Sleeper {
  readonly keys: readonly string[];
  /** In the order in which they are served. */
  readonly members = new Set<Member>();
  readonly #context: Context;
  readonly #isConfirmed: boolean;
  /** Keys of which runs may wait. */
  readonly #due = new Set<string>();
  #isGiving = false;

  constructor(context: Context, keys: readonly string[], isConfirmed: boolean) {
    this.#context = context;
    this.keys = keys;
    this.#isConfirmed = isConfirmed;
  }

  due(keys: readonly string[]): void {
    for (const key of keys) this.#due.add(key);
    this.look();
  }

  stopping(): void {}

  /** To be called when a member has room again. */
  look(): void {
    if (!this.#isGiving) void this.#giveAll();
  }

  async #giveAll(): Promise<void> {
    this.#isGiving = true;
    try {
      while (this.#due.size > 0) {
        const takers = [...this.members].filter(({ slots }) => slots > 0);
        if (takers.length === 0) return;
        await this.#giveSome(takers);
      }
    } catch (error) {
      this.#context.log.warn({ err: error }, "task runs could not be given to task workers, it is tried again");
    } finally {
      this.#isGiving = false;
    }
  }

  async #giveSome(takers: readonly Member[]): Promise<void> {
    const keys = [...this.#due];
    this.#due.clear();
    try {
      const { handed, left } = await take(this.#context, { keys, takers, isConfirmed: this.#isConfirmed });
      for (const key of left) this.#due.add(key);
      if (handed.length > 0) await this.#send(handed, takers);
    } catch (error) {
      // The database may have kept the handing over all the same. Whoever is sent away gives back what was not sent.
      for (const key of keys) this.#due.add(key);
      for (const taker of takers) if (this.members.delete(taker)) taker.sendAway();
      throw error;
    }
  }

  async #send(handed: readonly Handing[], takers: readonly Member[]): Promise<void> {
    const runs = await taskRuns.readMany(
      this.#context,
      handed.map(({ task_run_id }) => task_run_id),
    );
    const parameters = this.#isConfirmed ? await results.readMany(this.#context, runs.flatMap(parametersOf)) : [];
    const byId = new Map(runs.map((run) => [run.id, run]));
    for (const [workerId, own] of Map.groupBy(handed, ({ worker_id }) => worker_id)) {
      const member = takers.find(({ id }) => id === workerId);
      // What a member gets that has left meanwhile is free again when its time has passed.
      if (member === undefined || !this.members.delete(member)) continue;
      this.members.add(member);
      member.slots -= own.length;
      const ids = new Set(own.map(({ task_run_id }) => task_run_id));
      member.give(
        own.flatMap(({ task_run_id }) => byId.get(task_run_id) ?? []),
        parameters.filter(({ task_run_id }) => ids.has(task_run_id ?? "")),
      );
    }
  }
}

function parametersOf({ state }: TaskRun): readonly string[] {
  const id = state?.state_details?.task_parameters_id ?? undefined;
  return id === undefined ? [] : [id.toLowerCase()];
}
