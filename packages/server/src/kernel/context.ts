import type { Clock } from "@ostinato/core";
import type { Logger } from "pino";
import type { Database } from "../db/dialect.ts";
import type { KnownRuns } from "../flow-runs/known-runs.ts";
import type { RunActivity } from "../heartbeats/activity.ts";
import type { Keyring } from "../secrets/keyring.service.ts";
import type { KnownAutomations } from "../triggers/known-automations.service.ts";
import type { Actor } from "./actor.ts";
import type { Bus } from "./bus.ts";
import type { Config } from "./config.ts";
import type { Metrics } from "./metrics.ts";
import type { Outbox } from "./outbox.ts";

/** The means of an operation. Made once for the server, and passed to everything that serves a request. */
export interface Context {
  /** The caller of the operation, or `system` for work of the server's own. */
  readonly actor: Actor;
  readonly config: Config;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly bus: Bus;
  readonly outbox: Outbox;
  readonly metrics: Metrics;
  /** Recent activity of flow runs. */
  readonly activity: RunActivity;
  readonly knownRuns: KnownRuns;
  readonly automations: KnownAutomations;
  /** The keys that open the secrets of the database. */
  readonly keyring: Keyring;
}
