import type { Client } from "@ostinato/client";
import type { EventSink, LogBuffer } from "@ostinato/client/delivery";
import type { Clock } from "@ostinato/core";
import type { WorkPool } from "@ostinato/protocol";
import type { Driver } from "../drivers/driver.ts";
import type { Contact } from "./contact.ts";
import type { Counts } from "./metrics.ts";
import type { Say } from "./say.ts";

/** What the parts of a worker share. */
export interface WorkerContext {
  readonly client: Client;
  readonly clock: Clock;
  readonly contact: Contact;
  readonly events: EventSink;
  readonly logs: LogBuffer;
  readonly counts: Counts;
  readonly driver: Driver;
  readonly say: Say;
  /** The pool as the server last told it. */
  readonly pool: () => WorkPool;
  readonly name: string;
  readonly type: string;
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  /** How long a run may take to end when it is cancelled. */
  readonly killAfterSeconds: number;
  /** Shows a line that a run writes to the person who started the worker. */
  readonly show: (runName: string, line: string) => void;
}
