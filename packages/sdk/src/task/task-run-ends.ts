import type { Session } from "../session/session.ts";

const waits = new WeakMap<Session, Waits>();

/** Resolves when the task run has ended. */
export function taskRunEnd(session: Session, taskRunId: string): Promise<void> {
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

  constructor(session: Session) {
    this.#session = session;
  }

  endOf(taskRunId: string): Promise<void> {
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
