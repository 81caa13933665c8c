/** Hands out `limit` slots in the order of the requests. */
export class Limiter {
  readonly #limit: number;
  #held = 0;
  readonly #queue: (() => void)[] = [];
  #next = 0;

  constructor(limit: number) {
    if (!(limit >= 1)) throw new RangeError(`"concurrency" is ${limit}: give 1 or more, or leave it out for no limit`);
    this.#limit = limit;
  }

  /** Undefined when a slot was free; otherwise resolves when one is. Return each slot with `release`. */
  acquire(): Promise<void> | undefined {
    if (this.#held < this.#limit) {
      this.#held += 1;
      return undefined;
    }
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  release(): void {
    const next = this.#queue[this.#next];
    if (next === undefined) {
      this.#held -= 1;
      return;
    }
    this.#next += 1;
    if (this.#next > 1024 && this.#next * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#next);
      this.#next = 0;
    }
    next();
  }
}
