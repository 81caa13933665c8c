import { nameInTaskKey } from "@ostinato/core";
import type { filterBackgroundTasks } from "@ostinato/protocol";
import { logLevels } from "@ostinato/protocol/log-levels";
import { notice } from "../logging/console-output.ts";
import type { Session } from "../session/session.ts";

/** Workers may start a moment after the program that delays. The pause doubles each time. */
const firstLookSeconds = 10;
const maxPauseSeconds = 300;

const watches = new WeakMap<Session, Map<string, Watch>>();

/** While the program waits for runs of the task, has it say once that no connected worker runs that task. The returned function ends that. */
export function watchForWorkers(session: Session, taskKey: string): () => void {
  const ofSession = watches.get(session) ?? new Map<string, Watch>();
  watches.set(session, ofSession);
  const watch = ofSession.get(taskKey) ?? new Watch(session, taskKey);
  ofSession.set(taskKey, watch);
  watch.enter();
  return () => watch.leave();
}

class Watch {
  readonly #session: Session;
  readonly #taskKey: string;
  #waiting = 0;
  #isTold = false;
  #stopTimer: (() => void) | undefined;

  constructor(session: Session, taskKey: string) {
    this.#session = session;
    this.#taskKey = taskKey;
  }

  enter(): void {
    this.#waiting += 1;
    if (this.#waiting === 1 && !this.#isTold) this.#lookAfter(firstLookSeconds);
  }

  leave(): void {
    this.#waiting -= 1;
    if (this.#waiting > 0) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #lookAfter(seconds: number): void {
    this.#stopTimer = this.#session.clock.after(seconds, () => void this.#look(seconds));
  }

  async #look(seconds: number): Promise<void> {
    const found = await this.#unserved();
    if (this.#waiting === 0) return;
    if (!found) {
      this.#lookAfter(Math.min(2 * seconds, maxPauseSeconds));
      return;
    }
    this.#isTold = true;
    const name = JSON.stringify(nameInTaskKey(this.#taskKey));
    notice(
      logLevels.warning,
      `this program waits for a run of the task ${name}, and no connected task worker runs that task. Start one: worker([…]) in a program, or "ostinato task serve"`,
    );
  }

  /** Whether runs are due that no connected worker would take. A server that does not answer is told of elsewhere. */
  async #unserved(): Promise<boolean> {
    try {
      const [task] = await this.#session.client.call<typeof filterBackgroundTasks>("POST /background_tasks/filter", {
        body: { task_keys: [this.#taskKey] },
      });
      return task !== undefined && task.waiting > 0 && task.workers.length === 0;
    } catch {
      return false;
    }
  }
}
