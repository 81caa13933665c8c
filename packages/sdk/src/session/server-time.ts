import { addSeconds, type Clock, formatTimestamp, type Timestamp } from "@ostinato/core";

interface Heard {
  readonly moment: Timestamp;
  /** When it was heard, in elapsed seconds: this machine's clock may be moved. */
  readonly elapsed: number;
}

/** The server's clock, as far as its answers tell it: it may differ from this machine's by hours. */
export class ServerTime {
  readonly #clock: Clock;
  #heard: Heard | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes a moment that the server has just stamped. */
  hear(moment: Timestamp): void {
    this.#heard = { moment, elapsed: this.#clock.elapsed() };
  }

  now(): Timestamp {
    if (this.#heard === undefined) return this.#clock.now();
    const { moment, elapsed } = this.#heard;
    return addSeconds(moment, this.#clock.elapsed() - elapsed);
  }

  /** The moment in so many seconds. */
  in(seconds: number): string {
    return formatTimestamp(addSeconds(this.now(), seconds));
  }
}
