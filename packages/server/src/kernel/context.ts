import type { Clock } from "@ostinato/core";
import type { Logger } from "pino";
import type { Database } from "../db/dialect.ts";
import type { Heard } from "../heartbeats/heard.ts";
import type { Actor } from "./actor.ts";
import type { Bus } from "./bus.ts";
import type { Config } from "./config.ts";
import type { Metrics } from "./metrics.ts";
import type { Outbox } from "./outbox.ts";

/** What an operation works with. Made once for the server; whoever does something with a request gets it. */
export interface Context {
  /** Who it is done for: whoever asks, and `system` in whatever the server does by itself. */
  readonly actor: Actor;
  readonly config: Config;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly bus: Bus;
  readonly outbox: Outbox;
  readonly metrics: Metrics;
  /** What was heard of flow runs. */
  readonly heard: Heard;
}
