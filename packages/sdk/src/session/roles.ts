import type { Client } from "@ostinato/client";
import type { Clock } from "@ostinato/core";
import type { EventCreate, LogCreate, ServerInfo } from "@ostinato/protocol";

/** Asks the server. */
export interface Api {
  readonly client: Client;
  /** Undefined where the server is one of Prefect's, which keeps no results. */
  readonly server: ServerInfo | undefined;
  /** Where a browser finds the server's pages; undefined while the server runs inside this process. */
  readonly uiUrl: string | undefined;
}

/** Tells the server in the background what runs do. Nothing of it waits. */
export interface Reporter {
  readonly events: { send(event: EventCreate): void };
  readonly logs: { add(line: LogCreate): void };
}

/** Time for runs, and the life of the process that they need. */
export interface Lifetime {
  readonly clock: Clock;
  /** Keeps the process alive until the returned function is called. */
  hold(): () => void;
}

/** The part of the session that code inside a run uses, in the main thread and in worker threads. */
export type RunSession = Api & Reporter & Pick<Lifetime, "clock">;
