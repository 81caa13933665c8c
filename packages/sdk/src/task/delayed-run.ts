import { stateNames, toTimestamp } from "@ostinato/core";
import type { TaskRun } from "@ostinato/protocol";
import { Cancelled, Crashed, TaskFailed } from "../errors.ts";
import { revive } from "../results/kept-results.ts";
import type { Session } from "../session/session.ts";
import { type FinalState, finalState, type UnsuccessfulState, unsuccessfulState } from "../states.ts";
import { watchForWorkers } from "./missing-workers.ts";
import { type TaskRunEnd, taskRunEnd } from "./task-run-ends.ts";

/** A run of a task that a worker executes. It goes on without this program. */
export class DelayedRun<T> {
  /** The id of the task run. */
  readonly id: string;
  readonly name: string;
  readonly #session: Session;
  readonly #taskKey: string;
  #final: Promise<FinalState<T>> | undefined;

  constructor(session: Session, { id, name, task_key }: Pick<TaskRun, "id" | "name" | "task_key">) {
    this.#session = session;
    this.#taskKey = task_key;
    this.id = id;
    this.name = name;
  }

  /**
   * Waits for the end of the run and gives its value. Rejects with what the run failed by. Prints a warning where no connected worker runs the
   * task for some seconds.
   */
  async result(): Promise<T> {
    const final = await this.finished();
    if (final.type === "COMPLETED") return final.value;
    throw final.error;
  }

  /** Resolves with the final state once the run is over. Rejects only where the server cannot be asked. */
  finished(): Promise<FinalState<T>> {
    this.#final ??= this.#awaitFinal();
    return this.#final;
  }

  async #awaitFinal(): Promise<FinalState<T>> {
    const release = this.#session.keepAlive();
    const stopWatching = watchForWorkers(this.#session, this.#taskKey);
    try {
      return await readFinal<T>(await taskRunEnd(this.#session, this.id));
    } catch (error) {
      this.#final = undefined;
      throw error;
    } finally {
      stopWatching();
      release();
    }
  }
}

async function readFinal<T>({ state, result }: TaskRunEnd): Promise<FinalState<T>> {
  const shown = {
    id: state?.id ?? "",
    name: state?.name ?? stateNames.crashed,
    message: state?.message ?? "",
    timestamp: toTimestamp(state?.timestamp ?? 0),
  };
  if (state?.type !== "COMPLETED") {
    const type = state?.type === "FAILED" || state?.type === "CANCELLED" ? state.type : "CRASHED";
    return unsuccessfulState({ ...shown, type }, errorOf(type, shown.message));
  }
  const found = result === null ? undefined : await revive(result);
  // A task that returns nothing keeps nothing where its results are not persisted.
  return finalState({ ...shown, type: "COMPLETED" }, found?.value as T);
}

function errorOf(type: UnsuccessfulState["type"], message: string): Error {
  switch (type) {
    case "FAILED":
      return new TaskFailed(message);
    case "CANCELLED":
      return new Cancelled(message === "" ? undefined : message);
    case "CRASHED":
      return new Crashed(message);
    default:
      return type satisfies never;
  }
}
