import { type Clock, systemClock } from "@ostinato/core";
import type { Logger } from "pino";
import { type BridgedBus, bridgeBus } from "./bus-bridge.ts";
import { consumers as ownConsumers } from "./consumers.ts";
import { measured } from "./db/measured.ts";
import { migrate } from "./db/migrate.ts";
import { openDatabase } from "./db/open.ts";
import { createKnownRuns } from "./flow-runs/known-runs.ts";
import { createRunActivity } from "./heartbeats/activity.ts";
import { system } from "./kernel/actor.ts";
import { createBus } from "./kernel/bus.ts";
import type { Config } from "./kernel/config.ts";
import type { Consumer } from "./kernel/consumer.ts";
import type { Context } from "./kernel/context.ts";
import { createMetrics } from "./kernel/metrics.ts";
import { createOutbox } from "./kernel/outbox.ts";
import { createKeyring } from "./secrets/keyring.service.ts";
import { createKnownAutomations } from "./triggers/known-automations.service.ts";

/** The parts that every kind of server has. */
export interface Opened {
  readonly context: Context;
  /** The bus between the servers of the database; undefined on SQLite, which has one. */
  readonly bridge: BridgedBus | undefined;
  /** Ends the traffic between servers, and closes the database. */
  close(): Promise<void>;
}

export interface OpeningOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  /** The consumers to write changes for; by default the product's own. */
  readonly consumers?: readonly Consumer[];
}

/** Opens the database and brings its schema up to date. */
export async function open({ config, clock, log, consumers = ownConsumers }: OpeningOptions): Promise<Opened> {
  const metrics = createMetrics();
  const database = await openDatabase(config, systemClock({ keepAlive: true }), { metrics, log });
  const db = measured(database, metrics);
  try {
    const { applied, newer } = await migrate(db, clock);
    if (applied.length > 0) log.info({ migrations: applied }, "database upgraded");
    if (newer.length > 0) {
      log.warn(
        { migrations: newer },
        "a newer Ostinato has upgraded the database; this version can work beside it and goes on. Upgrade this server too",
      );
    }
    const local = createBus((error) => log.error({ err: error }, "a listener failed"));
    const bridge = db.kind === "postgresql" ? bridgeBus(local, { db, clock, log }) : undefined;
    const automations = createKnownAutomations(db, clock);
    const context: Context = {
      actor: system,
      config,
      db,
      clock,
      log,
      bus: bridge ?? local,
      outbox: createOutbox(consumers, { automations, wakeElsewhere: bridge?.wakeElsewhere }),
      metrics,
      activity: createRunActivity(clock),
      knownRuns: createKnownRuns(),
      automations,
      keyring: createKeyring(config),
    };
    await bridge?.listen(context);
    return {
      context,
      bridge,
      async close() {
        await bridge?.stop();
        await db.close();
      },
    };
  } catch (error) {
    await db.close();
    throw error;
  }
}
