import type { Context } from "../kernel/context.ts";
import type { Lease, Leases } from "./leases.ts";

/** Work that a server does by itself, now and again. */
export interface Loop {
  readonly name: string;
  /** Does it once, unless it is another server's to do. */
  tick(): Promise<void>;
  start(): void;
  /**
   * Has it done at once instead of at its time, and while it is being done once more afterwards. Gives whether the loop runs: one
   * that does not is woken by nothing.
   */
  wake(): boolean;
  /** Resolves when the tick that is under way is done. */
  stop(): Promise<void>;
}

/** Requests of a tick to its loop. */
export interface Tick {
  /** Asks for the next tick within so many seconds of this one, if it would come later. */
  within(seconds: number): void;
  /** Aborted when the loop stops. */
  readonly signal: AbortSignal;
}

export interface LoopOptions {
  readonly name: string;
  /** The longest time from the end of one tick to the next. */
  readonly everySeconds: number;
  /** The delay of the first tick; by default the usual interval. */
  readonly firstAfterSeconds?: number;
  /** How soon after a tick it may be woken to the next one, so that what comes together is done together; at once unless told. */
  readonly restSeconds?: number;
  /** One of the servers of the database does it. Where that one dies, another does it within seconds. */
  readonly exclusive?: boolean;
  readonly work: (context: Context, tick: Tick) => Promise<unknown>;
}

/** The next tick is counted from the end of the one before. One that fails is reported, and the next one comes. */
export function createLoop(context: Context, options: LoopOptions, leases: Leases): Loop {
  const { name, everySeconds, firstAfterSeconds = everySeconds, restSeconds = 0, exclusive = false, work } = options;
  const { clock, log } = context;
  let stopping = new AbortController();
  let running: Promise<void> | undefined;
  let cancel = () => {};
  let started = false;
  let woken = false;
  let restedAt = Number.NEGATIVE_INFINITY;
  let nextSeconds = everySeconds;
  /** Whether its time came while another server had the lease: that one may have died before it did the work. */
  let leftToOthers = false;
  const lease: Lease | undefined = exclusive ? leases.contend(name, () => leftToOthers && wake()) : undefined;

  async function tick(): Promise<void> {
    nextSeconds = everySeconds;
    leftToOthers = lease !== undefined && !lease.held;
    if (leftToOthers) return;
    try {
      await work(context, {
        within(seconds) {
          nextSeconds = Math.min(nextSeconds, seconds);
        },
        signal: stopping.signal,
      });
    } catch (error) {
      log.error({ err: error, loop: name }, "a loop's work failed, it is tried again");
    }
  }

  function run(): void {
    cancel();
    woken = false;
    running = tick().then(() => {
      running = undefined;
      restedAt = clock.elapsed() + restSeconds;
      if (woken) runWhenRested();
      else next(nextSeconds);
    });
  }

  function runWhenRested(): void {
    const restLeft = restedAt - clock.elapsed();
    if (restLeft > 0) {
      woken = true;
      cancel();
      next(restLeft);
    } else run();
  }

  function next(afterSeconds: number): void {
    if (started) cancel = clock.after(afterSeconds, run);
  }

  function wake(): boolean {
    if (started && running === undefined && !woken) runWhenRested();
    else woken = started;
    return started;
  }

  return {
    name,
    tick,
    wake,
    start() {
      stopping = new AbortController();
      started = true;
      next(firstAfterSeconds);
    },
    async stop() {
      started = false;
      woken = false;
      cancel();
      stopping.abort();
      await running;
    },
  };
}
