import type { Clock } from "./clock.ts";

/** Timers fire to the millisecond: what falls due within one more is not worth another. */
const resolutionSeconds = 0.001;

/**
 * Many waits over one timer of the clock: a binary heap by due time. They last as long as they were asked to, also where
 * somebody moves the clock meanwhile. A wait that is taken back leaves a hollow entry, which
 * is dropped when it comes up or when hollow entries outnumber the others.
 */
export class TimerQueue {
  readonly #clock: Clock;
  #heap: Entry[] = [];
  #hollow = 0;
  #armed: { readonly due: number; readonly cancel: () => void } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits that are neither over nor taken back. */
  get waiting(): number {
    return this.#heap.length - this.#hollow;
  }

  /** Calls `callback` once after `seconds`; the returned function takes it back. */
  after(seconds: number, callback: () => void): () => void {
    const entry: Entry = { due: this.#clock.elapsed() + Math.max(0, seconds), callback };
    push(this.#heap, entry);
    this.#arm();
    return () => this.#takeBack(entry);
  }

  #takeBack(entry: Entry): void {
    if (entry.callback === undefined) return;
    entry.callback = undefined;
    this.#hollow += 1;
    if (this.#hollow * 2 > this.#heap.length) {
      this.#heap = this.#heap.filter((candidate) => candidate.callback !== undefined);
      this.#heap.sort((a, b) => a.due - b.due); // sorted is a heap
      this.#hollow = 0;
      this.#arm();
    }
  }

  #arm(): void {
    const next = this.#heap[0];
    if (next?.due === this.#armed?.due) return;
    this.#armed?.cancel();
    this.#armed = undefined;
    if (next === undefined) return;
    const seconds = Math.max(0, next.due - this.#clock.elapsed());
    this.#armed = { due: next.due, cancel: this.#clock.after(seconds, () => this.#fire()) };
  }

  #fire(): void {
    this.#armed = undefined;
    const until = this.#clock.elapsed() + resolutionSeconds;
    for (let next = this.#heap[0]; next !== undefined && next.due <= until; next = this.#heap[0]) {
      pop(this.#heap);
      const { callback } = next;
      next.callback = undefined;
      if (callback === undefined) this.#hollow -= 1;
      else callback();
    }
    this.#arm();
  }
}

interface Entry {
  /** In the seconds that the clock counts evenly. */
  readonly due: number;
  callback: (() => void) | undefined;
}

function push(heap: Entry[], entry: Entry): void {
  let index = heap.length;
  heap.push(entry);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || above.due <= entry.due) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = heap[2 * index + 1];
    const right = heap[2 * index + 2];
    const child = right !== undefined && left !== undefined && right.due < left.due ? 2 * index + 2 : 2 * index + 1;
    const below = heap[child];
    if (below === undefined || below.due >= last.due) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
}
