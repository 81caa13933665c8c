import type { Client } from "@ostinato/client";
import type { Clock } from "@ostinato/core";
import type { EventCreate, LogCreate, ServerInfo } from "@ostinato/protocol";

/** Calls the server. */
export interface Api {
  readonly client: Client;
  /** Undefined where the server is Prefect's, which stores no results. */
  readonly server: ServerInfo | undefined;
  /** The address of the server's pages; undefined while the server runs inside this process. */
  readonly uiUrl: string | undefined;
}

/** Reports runs to the server in the background. No method waits. */
export interface Reporter {
  readonly events: { send(event: EventCreate): void };
  readonly logs: { add(line: LogCreate): void };
}

/** Time for runs, and the lifetime of the process that they need. */
export interface Lifetime {
  readonly clock: Clock;
  /** Keeps the process alive until the returned function is called. */
  keepAlive(): () => void;
}

/** The part of the session for code inside a run, in the main thread and in worker threads. */
export type RunSession = Api & Reporter & Pick<Lifetime, "clock">;
