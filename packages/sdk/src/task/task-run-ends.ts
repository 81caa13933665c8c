import { isUnknownQuestion } from "@ostinato/client";
import type { ReplyOf, readTaskRun, readTaskRunEnds, readTaskRunValue } from "@ostinato/protocol";
import { maxTaskRunEnds } from "@ostinato/protocol/limits";
import { gatheredCalls } from "../session/gathered-calls.ts";
import type { Session } from "../session/session.ts";

/** The state in which a task run has ended, and its kept result. */
export type TaskRunEnd = ReplyOf<typeof readTaskRunEnds>["ends"][number];

const waits = new WeakMap<Session, Waits>();

/** Resolves when the task run has ended. Rejects where the server cannot be asked, or does not know the run. */
export function taskRunEnd(session: Session, taskRunId: string): Promise<TaskRunEnd> {
  let known = waits.get(session);
  if (known === undefined) {
    known = new Waits(session);
    waits.set(session, known);
  }
  return known.endOf(taskRunId);
}

/** The task runs for whose ends this program waits. The websocket is there while there are some. */
class Waits {
  readonly #session: Session;
  readonly #ends = new Map<string, PromiseWithResolvers<void>>();
  #subscription: { add(taskRunIds: readonly string[]): void; close(): void } | undefined;
  #isTelling = false;
  /** Those of which the server has not been told. */
  #untold: string[] = [];
  /** Undefined for a run whose result did not fit in the answer. */
  readonly #read: (taskRunId: string) => Promise<TaskRunEnd | undefined>;

  constructor(session: Session) {
    this.#session = session;
    this.#read = gatheredCalls({
      most: { questions: maxTaskRunEnds, size: maxTaskRunEnds },
      sizeOf: () => 1,
      ask: (ids) => readEnds(session, ids),
    });
  }

  async endOf(taskRunId: string): Promise<TaskRunEnd> {
    await this.#untilEnd(taskRunId);
    for (;;) {
      const end = await this.#read(taskRunId);
      if (end !== undefined) return end;
    }
  }

  #untilEnd(taskRunId: string): Promise<void> {
    const known = this.#ends.get(taskRunId);
    if (known !== undefined) return known.promise;
    const end = Promise.withResolvers<void>();
    this.#ends.set(taskRunId, end);
    this.#untold.push(taskRunId);
    // Those that are asked for together are told together.
    if (!this.#isTelling) void this.#tell();
    return end.promise;
  }

  async #tell(): Promise<void> {
    this.#isTelling = true;
    const { subscribeToTaskRunEnds } = await import("@ostinato/client/node");
    await new Promise((resolve) => setImmediate(resolve));
    this.#isTelling = false;
    const added = this.#untold;
    this.#untold = [];
    if (this.#subscription !== undefined) {
      this.#subscription.add(added);
      return;
    }
    const { connection, clock } = this.#session;
    this.#subscription = subscribeToTaskRunEnds({
      baseUrl: connection.baseUrl,
      auth: connection.auth,
      clock,
      taskRunIds: () => [...this.#ends.keys()],
      onEnd: (id) => this.#end(id),
    });
  }

  #end(taskRunId: string): void {
    this.#ends.get(taskRunId)?.resolve();
    this.#ends.delete(taskRunId);
    if (this.#ends.size > 0) return;
    this.#subscription?.close();
    this.#subscription = undefined;
  }
}

async function readEnds(session: Session, taskRunIds: readonly string[]): Promise<readonly (TaskRunEnd | undefined)[]> {
  try {
    return await readTogether(session, taskRunIds);
  } catch (error) {
    // The server is older than this program, and can be asked for each run by itself.
    if (!isUnknownQuestion(error)) throw error;
    return await Promise.all(taskRunIds.map((id) => readOne(session, id)));
  }
}

async function readOne({ client }: Session, id: string): Promise<TaskRunEnd> {
  const [{ state }, result] = await Promise.all([
    client.call<typeof readTaskRun>("GET /task_runs/{id}", { params: { id } }),
    client.call<typeof readTaskRunValue>("GET /task_runs/{id}/value", { params: { id } }),
  ]);
  return { id, state: state ?? null, result };
}

async function readTogether(
  { client }: Session,
  taskRunIds: readonly string[],
): Promise<readonly (TaskRunEnd | undefined)[]> {
  const { ends, left } = await client.call<typeof readTaskRunEnds>("POST /task_runs/ends", {
    body: { task_run_ids: [...taskRunIds] },
  });
  const byId = new Map(ends.map((end) => [end.id, end]));
  const known = new Set([...byId.keys(), ...left]);
  const unknown = taskRunIds.find((id) => !known.has(id));
  // Says why there is none.
  if (unknown !== undefined) await client.call<typeof readTaskRun>("GET /task_runs/{id}", { params: { id: unknown } });
  return taskRunIds.map((id) => byId.get(id));
}
