import { type Clock, systemClock, type Timestamp } from "@ostinato/core";
import type { FastifyInstance } from "fastify";
import { type Logger, pino } from "pino";
import { buildApp } from "./app.ts";
import { createBus } from "./bus.ts";
import { bridgeBus } from "./bus-bridge.ts";
import type { Config } from "./config.ts";
import type { Context } from "./context.ts";
import { measured } from "./db/measured.ts";
import { migrate } from "./db/migrate.ts";
import { openDatabase } from "./db/open.ts";
import { createHeard } from "./heartbeats/heard.ts";
import { endGoneRuns } from "./heartbeats/lost-runs.service.ts";
import { createLoops } from "./loops/loops.ts";
import { createMetrics } from "./metrics.ts";
import { isLoopback } from "./plugins/origin.rules.ts";
import { createRetention, type Retention } from "./retention/retention.service.ts";
import { productVersion } from "./versions.ts";

export interface Server {
  readonly app: FastifyInstance;
  readonly context: Context;
  readonly retention: Retention;
  /** What it gives as its start, to whoever asks. */
  readonly started: Timestamp;
  /** Listens; gives the address without a path: `http://127.0.0.1:4200`. */
  listen(): Promise<string>;
  /** Ends the runs whose processes were on this machine and are gone: for a server that does not listen, and so has no watch. */
  endGoneRuns(): Promise<void>;
  /** Lets go of the database at once, for a process that ends: what was not acknowledged is not kept. */
  abandon(): void;
  /** Stops accepting, finishes what was taken, and closes the database. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly config: Config;
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Where the built UI is; looked for beside the package when not told. */
  readonly uiFolder?: string | undefined;
}

/** Opens the database, brings its schema up to date and puts the application together. Nothing listens yet. */
export async function createServer({
  config,
  clock = systemClock(),
  log = logger(config),
  uiFolder,
}: ServerOptions): Promise<Server> {
  const started = clock.now();
  const metrics = createMetrics();
  const database = await openDatabase(config, systemClock({ keepAlive: true }), { metrics, log });
  const db = measured(database, metrics);
  try {
    const migrated = await migrate(db, clock);
    if (migrated.length > 0) log.info({ migrations: migrated }, "database upgraded");
    const local = createBus((error) => log.error({ err: error }, "a listener failed"));
    const bridge = db.kind === "postgresql" ? bridgeBus(local, { db, clock, log }) : undefined;
    const context: Context = { config, db, clock, log, bus: bridge ?? local, metrics, heard: createHeard(clock) };
    await bridge?.listen(context);
    const retention = createRetention(context);
    const app = buildApp(context, { uiFolder, retention, started });
    await app.ready();
    const loops = createLoops(context, retention);
    return {
      app,
      context,
      retention,
      started,
      async listen() {
        await metrics.open();
        await retention.begin();
        const listenTextResolver = (at: string) => `Ostinato ${productVersion} on ${db.kind} listens at ${at}`;
        const address = await app.listen({ host: config.host, port: config.port, listenTextResolver });
        if (db.file?.claim() === false) log.warn(servedTwice);
        for (const loop of loops) loop.start();
        if (!isLoopback(config.host)) warnOfOpenDoor(context);
        return address;
      },
      abandon: () => db.abandon(),
      endGoneRuns: () => endGoneRuns(context),
      async stop() {
        await retention.stop();
        await Promise.all(loops.map((loop) => loop.stop()));
        await app.close();
        await bridge?.stop();
        await db.close();
        log.info("stopped");
      },
    };
  } catch (error) {
    await db.close();
    throw error;
  }
}

function warnOfOpenDoor({ config, log }: Context): void {
  log.warn(
    `Listening on ${config.host}: whoever reaches this address may read, change and delete everything, there are no users and passwords. Let only those reach it who may, or put a proxy that asks who somebody is before it and listen on 127.0.0.1.`,
  );
}

const servedTwice =
  "Another server has this SQLite file open and listens too. Nothing is lost by that, but pages and subscribers of one hear nothing of what happens through the other. Stop one of them, or give both a PostgreSQL in OSTINATO_DATABASE_URL.";

/** One JSON line per event of interest, on standard error, so that a program's own output stays clean. */
export function logger(config: Config): Logger {
  return pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}
