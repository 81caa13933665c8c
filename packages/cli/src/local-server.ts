import { enableCompileCache } from "node:module";
import type { Transport } from "@ostinato/client";
import type { LocalServer } from "@ostinato/sdk/connection";
import type { InProcessServer } from "@ostinato/server/in-process";
import { prepareDatabase } from "./server/prepare-database.ts";
import { databaseError } from "./server/start-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A server inside this process, on the database of `ostinato server start`, without a port. */
export async function startLocalServer(environment: Environment = process.env): Promise<LocalServer> {
  // A script was not started by `ostinato`, which enables this cache. Compiling the server takes longer than starting it.
  enableCompileCache();
  const [{ createInProcessServer }, { readConfig }] = await Promise.all([
    import("@ostinato/server/in-process"),
    import("@ostinato/server/config"),
  ]);
  // Log lines about the process's own requests are noise; errors are not.
  const config = readConfig({ ...environment, OSTINATO_LOG_LEVEL: "warn" });
  try {
    await prepareDatabase(config);
    const server = await createInProcessServer({ config });
    await server.endGoneRuns();
    return { transport: ownTransport(server), close: () => server.stop(), abandon: () => server.abandon() };
  } catch (error) {
    throw databaseError(error, config) ?? error;
  }
}

function ownTransport(server: InProcessServer): Transport {
  return async ({ signal, ...request }) => {
    signal?.throwIfAborted();
    return await server.handle(request);
  };
}
