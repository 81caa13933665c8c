import { type Clock, systemClock, type Timestamp } from "@ostinato/core";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { buildApp } from "./app.ts";
import { measureConsumers } from "./consumers/consumers.service.ts";
import { registerConsumers } from "./consumers/handling.service.ts";
import { consumers as ownConsumers } from "./consumers.ts";
import { type Authentication, openToAll } from "./kernel/authentication.ts";
import type { Config } from "./kernel/config.ts";
import type { Consumer } from "./kernel/consumer.ts";
import type { Context } from "./kernel/context.ts";
import { logger } from "./kernel/logger.ts";
import { sharedPassword } from "./kernel/shared-password.ts";
import { productVersion } from "./kernel/versions.ts";
import { createLeases, type Leases } from "./loops/leases.ts";
import type { Loop } from "./loops/loop.ts";
import { createLoops } from "./loops/loops.ts";
import { open } from "./opening.ts";
import { isLoopback } from "./plugins/origin.rules.ts";
import { createRetention, type Retention } from "./retention/retention.service.ts";

export interface Server {
  readonly app: FastifyInstance;
  readonly context: Context;
  readonly retention: Retention;
  /** The server's own work while it listens. */
  readonly loops: readonly Loop[];
  /** The rights to do the work of exclusive loops. */
  readonly leases: Leases;
  /** The start time that it reports. */
  readonly started: Timestamp;
  /** Listens; gives the address without a path: `http://127.0.0.1:4200`. */
  listen(): Promise<string>;
  /** Stops accepting, finishes the accepted work, and closes the database. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly config: Config;
  readonly clock?: Clock;
  readonly log?: Logger;
  /** The authentication; by default from the settings. */
  readonly authentication?: Authentication;
  /** The folder of the built UI; by default it is looked for beside the package. */
  readonly uiFolder?: string | undefined;
  /** Consumers of changes; by default the product's own. */
  readonly consumers?: readonly Consumer[];
}

/** Opens the database, brings its schema up to date and puts the application together. Nothing listens yet. */
export async function createServer({
  config,
  clock = systemClock(),
  log = logger(config),
  authentication = authenticationOf(config, { clock, log }),
  uiFolder,
  consumers = ownConsumers,
}: ServerOptions): Promise<Server> {
  const started = clock.now();
  const { context, bridge, close } = await open({ config, clock, log, consumers });
  const { db, metrics } = context;
  try {
    const retention = createRetention(context);
    const app = buildApp(context, { authentication, uiFolder, retention, started });
    await app.ready();
    const leases = createLeases(context);
    const loops = createLoops(context, { retention, consumers, leases, bridge });
    measureConsumers(context);
    return {
      app,
      context,
      retention,
      loops,
      leases,
      started,
      async listen() {
        await metrics.open();
        await retention.begin();
        const listenTextResolver = (at: string) => `Ostinato ${productVersion} on ${db.kind} listens at ${at}`;
        const address = await app.listen({ host: config.host, port: config.port, listenTextResolver });
        if (db.file?.claim() === false) log.warn(servedTwice);
        await registerConsumers(context, consumers);
        for (const loop of loops) loop.start();
        leases.start();
        if (!isLoopback(config.host) && !authentication.required) warnOfOpenDoor(context);
        return address;
      },
      async stop() {
        await retention.stop();
        await Promise.all(loops.map((loop) => loop.stop()));
        await leases.stop();
        await app.close();
        await close();
        log.info("stopped");
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function authenticationOf(
  { authString }: Config,
  parts: { readonly clock: Clock; readonly log: Logger },
): Authentication {
  return authString === undefined ? openToAll : sharedPassword(authString, parts);
}

function warnOfOpenDoor({ config, log }: Context): void {
  log.warn(
    `Listening on ${config.host}: whoever reaches this address may read, change and delete everything, nobody is asked for a password. Set OSTINATO_SERVER_API_AUTH_STRING=user:password, let only those reach it who may, or put a proxy that asks who somebody is before it and listen on 127.0.0.1.`,
  );
}

const servedTwice =
  "Another server has this SQLite file open and listens too. Nothing is lost by that, but pages and subscribers of one hear nothing of what happens through the other. Stop one of them, or give both a PostgreSQL in OSTINATO_DATABASE_URL.";
