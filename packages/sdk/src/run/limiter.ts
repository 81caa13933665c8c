/** Lets at most `limit` holders in at once, in the order in which they came. */
export class Limiter {
  readonly #limit: number;
  #held = 0;
  readonly #queue: (() => void)[] = [];
  #next = 0;

  constructor(limit: number) {
    if (!(limit >= 1)) throw new RangeError(`"concurrency" is ${limit}: give 1 or more, or leave it out for no limit`);
    this.#limit = limit;
  }

  /** Undefined when there is room; else resolves when it is the caller's turn. Each turn ends with `release`. */
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
