import { addSeconds, type Clock, formatTimestamp, microsPerSecond, type Timestamp } from "@ostinato/core";

/** The server's clock, as far as its answers tell it: it may differ from this machine's by hours. */
export class ServerTime {
  readonly #clock: Clock;
  #aheadSeconds = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes a moment that the server has just stamped. */
  hear(moment: Timestamp): void {
    this.#aheadSeconds = (moment - this.#clock.now()) / microsPerSecond;
  }

  now(): Timestamp {
    return addSeconds(this.#clock.now(), this.#aheadSeconds);
  }

  /** The moment in so many seconds. */
  in(seconds: number): string {
    return formatTimestamp(addSeconds(this.now(), seconds));
  }
}
