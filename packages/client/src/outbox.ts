/**
 * Messages that are not yet acknowledged, in order, encoded as they are sent. They are sent again after a lost connection, so receivers
 * must recognize a message by its id.
 */
export class Outbox {
  readonly #capacity: OutboxCapacity;
  #texts: (string | undefined)[] = [];
  /** Sequence number of the first entry of `#texts`; entries before `#head` are acknowledged. */
  #base = 0;
  #head = 0;
  #unsent = 0;
  #characters = 0;
  #waiters: { readonly until: number; readonly done: () => void }[] = [];
  #backpressure: PromiseWithResolvers<void> | undefined;

  constructor(capacity: OutboxCapacity) {
    this.#capacity = capacity;
  }

  /** Messages that are not acknowledged. */
  get size(): number {
    return this.#texts.length - this.#head;
  }

  /** The messages that are not acknowledged, in order. */
  unacknowledged(): readonly string[] {
    return this.#texts.slice(this.#head).flatMap((text) => text ?? []);
  }

  /** Characters of the messages that are not acknowledged. */
  get characters(): number {
    return this.#characters;
  }

  get hasUnsent(): boolean {
    return this.#unsent < this.#texts.length;
  }

  /** Undefined while there is room for more messages; otherwise resolves when there is. */
  get backpressure(): Promise<void> | undefined {
    return this.#backpressure?.promise;
  }

  add(text: string): void {
    this.#texts.push(text);
    this.#characters += text.length;
    const { messages, characters } = this.#capacity;
    if (this.#backpressure === undefined && (this.size >= messages || this.#characters >= characters)) {
      this.#backpressure = Promise.withResolvers();
    }
  }

  /** Adds the replacement of a message that is not acknowledged. Waiters for the original wait for the replacement. */
  addInPlace(text: string): void {
    this.add(text);
    const until = this.#base + this.#texts.length;
    this.#waiters = this.#waiters.map(({ done }) => ({ until, done }));
  }

  /** The next messages to send, at least one, and the sequence number that acknowledges them. Undefined when all have been sent. */
  take(limit: OutboxCapacity): OutboxBatch | undefined {
    if (!this.hasUnsent) return undefined;
    const texts: string[] = [];
    let characters = 0;
    while (this.hasUnsent && texts.length < limit.messages && (texts.length === 0 || characters < limit.characters)) {
      const text = this.#texts[this.#unsent] ?? "";
      texts.push(text);
      characters += text.length;
      this.#unsent += 1;
    }
    return { texts, upTo: this.#base + this.#unsent };
  }

  /** Marks everything before `upTo` as stored by the receiver. */
  acknowledge(upTo: number): void {
    const head = Math.min(upTo - this.#base, this.#texts.length);
    for (; this.#head < head; this.#head += 1) {
      this.#characters -= this.#texts[this.#head]?.length ?? 0;
      this.#texts[this.#head] = undefined;
    }
    this.#unsent = Math.max(this.#unsent, this.#head);
    if (this.#head > 1024 && this.#head * 2 > this.#texts.length) this.#compact();
    this.#release(upTo);
  }

  /** Sends everything that is not acknowledged again, after a lost connection. */
  rewind(): void {
    this.#unsent = this.#head;
  }

  /** Resolves when everything given so far is acknowledged. */
  drained(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.push({ until: this.#base + this.#texts.length, done: resolve });
    return promise;
  }

  #compact(): void {
    this.#texts = this.#texts.slice(this.#head);
    this.#base += this.#head;
    this.#unsent -= this.#head;
    this.#head = 0;
  }

  #release(upTo: number): void {
    const { messages, characters } = this.#capacity;
    if (this.#backpressure !== undefined && this.size <= messages / 2 && this.#characters <= characters / 2) {
      this.#backpressure.resolve();
      this.#backpressure = undefined;
    }
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = waiters.filter(({ until }) => until > upTo);
    for (const { until, done } of waiters) if (until <= upTo) done();
  }
}

export interface OutboxCapacity {
  readonly messages: number;
  readonly characters: number;
}

export interface OutboxBatch {
  readonly texts: readonly string[];
  readonly upTo: number;
}
