import type { Context } from "../kernel/context.ts";

/** Work that a server does by itself, now and again. */
export interface Loop {
  readonly name: string;
  /** Does it once. */
  tick(): Promise<void>;
  start(): void;
  /** Resolves when the tick that is under way is done. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  readonly name: string;
  readonly everySeconds: number;
  /** Until the first tick; as the others unless told. */
  readonly firstAfterSeconds?: number;
  readonly work: (context: Context) => Promise<unknown>;
}

/** The next tick is counted from the end of the one before. One that fails is reported, and the next one comes. */
export function createLoop(context: Context, options: LoopOptions): Loop {
  const { name, everySeconds, firstAfterSeconds = everySeconds, work } = options;
  const { clock, log } = context;
  let running: Promise<void> = Promise.resolve();
  let cancel = () => {};
  let stopped = true;

  async function tick(): Promise<void> {
    try {
      await work(context);
    } catch (error) {
      log.error({ err: error, loop: name }, "a loop's work failed, it is tried again");
    }
  }

  function next(afterSeconds: number): void {
    if (stopped) return;
    cancel = clock.after(afterSeconds, () => {
      running = tick().then(() => next(everySeconds));
    });
  }

  return {
    name,
    tick,
    start() {
      stopped = false;
      next(firstAfterSeconds);
    },
    async stop() {
      stopped = true;
      cancel();
      await running;
    },
  };
}
