import { createClient } from "@ostinato/client";
import { systemClock } from "@ostinato/core";
import { closeSession } from "@ostinato/sdk";
import { chooseConnection, defaultApiUrl } from "@ostinato/sdk/connection";
import { readConfig } from "@ostinato/server/config";
import { openPool } from "@ostinato/worker/pool-of-worker";
import { CliError } from "../errors.ts";
import { note } from "../output/output.ts";
import { askServer } from "../server/ask-server.ts";
import { type OwnServer, startOwnServer } from "../server/background.ts";
import { prepareDatabase } from "../server/prepare-database.ts";
import { serveWorkPool } from "../workers/start.ts";
import { DevDeployments } from "./dev-deployments.ts";

export interface DevOptions {
  readonly config?: string;
  readonly pool: string;
  readonly port?: number;
  readonly limit?: number;
  readonly schedules?: boolean;
}

/** Runs what writing flows needs until the process is told to stop, and leaves nothing of it running. */
export async function dev(files: readonly string[], options: DevOptions): Promise<void> {
  const { pool, limit, schedules = false, config } = options;
  const deployments = new DevDeployments({ files, config, pool, schedules });
  const server = await ownServer(options.port);
  try {
    await makePool(pool);
    const registering = deployments.start();
    const working = serveWorkPool({
      pool,
      type: "process",
      drainSeconds,
      killAfter: killAfterSeconds,
      healthHost: "127.0.0.1",
      ...(limit === undefined ? {} : { limit }),
    });
    await Promise.all([registering, working]).finally(() => deployments.stop());
  } finally {
    await closeSession();
    await server?.stop();
  }
  // A driver's connection must not hold the process.
  process.exit();
}

/** Whoever writes flows does not wait long for a run that they gave up. */
const drainSeconds = 5;
const killAfterSeconds = 5;

/** A server that stops with this process, where none answers yet. From here on everything in this process speaks to the server. */
async function ownServer(port: number | undefined): Promise<OwnServer | undefined> {
  const { env } = process;
  const named = env.OSTINATO_API_URL || env.PREFECT_API_URL;
  const config = readConfig(port === undefined ? env : { ...env, OSTINATO_SERVER_PORT: String(port) });
  const usual = port === undefined ? defaultApiUrl(env) : `http://127.0.0.1:${port}/api`;
  const url = named || usual;
  const answerer = await askServer(url);
  if (answerer.kind !== "nobody") {
    env.OSTINATO_API_URL = url;
    note(`The server at ${pagesOf(url)} is used. Ctrl-C stops the rest.`);
    return undefined;
  }
  if (named)
    throw new CliError(
      `Nothing answers at ${url}, which OSTINATO_API_URL or PREFECT_API_URL names. Start that server, or unset the variable.`,
    );
  await prepareDatabase(config);
  const server = await startOwnServer(config);
  env.OSTINATO_API_URL = `${server.registration.url}/api`;
  note(`The server and its pages are at ${server.registration.url}. Ctrl-C stops all.`);
  return server;
}

function pagesOf(apiUrl: string): string {
  return apiUrl.replace(/\/api\/?$/, "");
}

async function makePool(poolName: string): Promise<void> {
  const { baseUrl, auth } = await chooseConnection(process.env);
  const client = createClient({ baseUrl, auth, retries: 1 });
  const clock = systemClock();
  await openPool({
    client,
    clock,
    poolName,
    type: "process",
    queues: [],
    create: true,
    signal: AbortSignal.timeout(answerMillis),
  });
}

const answerMillis = 30_000;
