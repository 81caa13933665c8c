import type { Duration } from "@ostinato/core";

export interface SendOptions {
  /**
   * The kind of message, by which receivers choose: the name of a class of `RunInput` for receivers in Python, or any name. Without it a message goes
   * to those who receive values like it.
   */
  readonly type?: string;
}

export interface ReceiveOptions extends SendOptions {
  /** Ends the loop when no message has come for so long. Without a limit by default. */
  readonly timeout?: Duration;
}

/** The messages to a flow run, oldest first, as they come. */
export interface Messages<T> extends AsyncIterableIterator<T, undefined> {
  /** The id of the flow run that sent the last message; undefined where none did. */
  readonly sender: string | undefined;
  /** Answers the flow run that sent the last message. Rejects with a `UsageError` where none did. */
  respond(reply: unknown, options?: SendOptions): Promise<void>;
}
