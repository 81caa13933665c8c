import { isFailureOfServer, type Transport } from "@ostinato/client";
import { withoutPasswords } from "@ostinato/core";
import type { Say } from "./say.ts";

/** Whether the server answers, as all requests of the worker tell. Without contact the worker takes no runs. */
export class Contact {
  readonly #say: Say;
  readonly #baseUrl: string;
  readonly #listeners = new Set<() => void>();
  #isThere = true;
  /** Whether the server has ever answered. */
  #isKnown = false;

  constructor(baseUrl: string, say: Say) {
    this.#baseUrl = withoutPasswords(baseUrl);
    this.#say = say;
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  /** Calls the function each time the server answers again. */
  onFound(listener: () => void): void {
    this.#listeners.add(listener);
  }

  found(): void {
    const was = this.#isKnown ? "is back" : "answers now";
    this.#isKnown = true;
    if (this.#isThere) return;
    this.#isThere = true;
    this.#say("info", `the server at ${this.#baseUrl} ${was}`);
    for (const listener of this.#listeners) listener();
  }

  lost(why: string): void {
    if (!this.#isThere) return;
    this.#isThere = false;
    const reason = withoutPasswords(why);
    this.#say(
      "warning",
      this.#isKnown
        ? `lost the server at ${this.#baseUrl} (${reason}): taking no runs until it is back; those under way go on`
        : `no server answers at ${this.#baseUrl} (${reason}): waiting for it`,
    );
  }
}

/** A transport whose every answer and failure tells whether there is contact. */
export function watched(transport: Transport, contact: Contact): Transport {
  return async (request) => {
    try {
      const response = await transport(request);
      if (isFailureOfServer(response.status)) contact.lost(`it answers ${response.status}`);
      else contact.found();
      return response;
    } catch (error) {
      if (request.signal?.aborted !== true) contact.lost(rootMessage(error));
      throw error;
    }
  };
}

/** The message of a network error contains no reason; its cause does. */
function rootMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : rootMessage(error.cause);
}
