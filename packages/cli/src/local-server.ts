import { enableCompileCache } from "node:module";
import { readRetryAfter, type Transport } from "@ostinato/client";
import type { LocalServer } from "@ostinato/sdk/connection";
import type { Config, Server } from "@ostinato/server";
import { prepareDatabase } from "./server/prepare-database.ts";
import { databaseError } from "./server/start-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A server inside this process, on the database that `ostinato server start` would use, which listens nowhere. */
export async function startLocalServer(environment: Environment = process.env): Promise<LocalServer> {
  // A script has no `ostinato` before it that did this already. Compiling the server takes longer than starting it.
  enableCompileCache();
  const { createServer, readConfig } = await import("@ostinato/server");
  // Requests of the process's own are no events of interest; what goes wrong is.
  const overrides = { mostWaiting: 1_000_000, waitSeconds: 3600 }; // What waits is in this process's memory in any case.
  const config = readConfig({ ...environment, OSTINATO_LOG_LEVEL: "warn" }, overrides);
  const server = await open(config, createServer);
  return { transport: injectTransport(server), close: () => server.stop(), abandon: () => server.abandon() };
}

async function open(config: Config, createServer: (options: { config: Config }) => Promise<Server>): Promise<Server> {
  try {
    await prepareDatabase(config);
    const server = await createServer({ config });
    await server.endGoneRuns();
    return server;
  } catch (error) {
    throw databaseError(error, config) ?? error;
  }
}

function injectTransport({ app, context }: Server): Transport {
  const root = `${context.config.basePath}api`;
  return async ({ method, path, headers, body, signal }) => {
    signal?.throwIfAborted();
    const response = await app.inject({
      method: method as "GET",
      url: root + path,
      headers: { ...headers },
      ...(body === undefined ? {} : { payload: body }),
    });
    const retryAfter = response.headers["retry-after"];
    return {
      status: response.statusCode,
      body: response.body,
      retryAfterSeconds: readRetryAfter(retryAfter === undefined ? null : String(retryAfter)),
    };
  };
}
