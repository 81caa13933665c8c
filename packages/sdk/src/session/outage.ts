import { isFailureOfServer, type Transport } from "@ostinato/client";
import { defaultEventCapacity } from "@ostinato/client/delivery";
import { type Clock, withoutPasswords } from "@ostinato/core";
import { logLevels } from "@ostinato/protocol/log-levels";
import { failureMessage } from "../failures/failure-text.ts";
import { notice } from "../logging/console-output.ts";

/** Collects from every part that talks to the server whether it answers. */
export interface OutageReport {
  lost(error: unknown): void;
  found(): void;
}

export interface OutageOptions {
  readonly baseUrl: string;
  readonly clock: Clock;
  /** How long to try a server that has never answered. */
  readonly connectSeconds: number;
}

/** Shorter outages are not reported: a restart, a proxy that closes idle connections. */
const graceSeconds = 1;

/** Reports once that the server is away, however many parts of the program notice it, and once that it is back. */
export function outageReport({ baseUrl: address, clock, connectSeconds }: OutageOptions): OutageReport {
  const baseUrl = withoutPasswords(address);
  let known = false;
  let away = false;
  let warned = false;
  let forget = () => {};

  function warn(error: unknown): void {
    warned = true;
    const why = withoutPasswords(failureMessage(error));
    const bound = defaultEventCapacity.messages.toLocaleString("en");
    notice(
      logLevels.warning,
      known
        ? `lost the server at ${baseUrl} (${why}); trying again. Nothing is lost: up to ${bound} events are held, then tasks wait`
        : `no server answers at ${baseUrl} (${why}); trying for ${connectSeconds} s`,
    );
  }

  return {
    lost(error) {
      if (away) return;
      away = true;
      forget = clock.after(graceSeconds, () => warn(error));
    },
    found() {
      known = true;
      if (!away) return;
      away = false;
      forget();
      if (warned) notice(logLevels.info, `the server at ${baseUrl} is back`);
      warned = false;
    },
  };
}

/** A transport that reports every answer and failure to `report`. */
export function reporting(transport: Transport, report: OutageReport): Transport {
  return async (request) => {
    try {
      const response = await transport(request);
      if (isFailureOfServer(response.status)) report.lost(new Error(`it answers ${response.status}`));
      else report.found();
      return response;
    } catch (error) {
      if (request.signal?.aborted !== true) report.lost(rootCause(error));
      throw error;
    }
  };
}

/** The message of a fetch error contains no reason; its cause does. */
function rootCause(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootCause(error.cause) : error;
}
