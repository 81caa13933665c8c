import { type DatabaseName, openDatabase } from "@ostinato/testing/databases";
import { startPostgres } from "@ostinato/testing/postgres";
import { startPrefect } from "../prefect-server.ts";
import { startOstinato } from "../server-process.ts";
import type { OpenApiDocument } from "./openapi-bodies.ts";
import type { Servers } from "./sequence.ts";

export interface ServersUnderTest extends Servers {
  stop(): Promise<void>;
}

/** Starts Prefect's server with this Python, and Ostinato's on each of the databases, all empty. */
export async function startServers(python: string, databases: readonly DatabaseName[]): Promise<ServersUnderTest> {
  const begun = Date.now() - 1000;
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    const failed: unknown[] = [];
    for (const each of stops.toReversed()) await each().catch((error: unknown) => failed.push(error));
    if (failed.length > 0) throw new AggregateError(failed, "Not everything could be stopped.");
  };
  try {
    const prefect = await startPrefect(python, quietLoops);
    stops.push(prefect.stop);
    const ours: { readonly name: DatabaseName; readonly apiUrl: string }[] = [];
    for (const name of databases) {
      const { url, dispose } = await databaseFor(name);
      stops.push(dispose);
      const server = await startOstinato({ OSTINATO_DATABASE_URL: url, OSTINATO_LOG_LEVEL: "error" });
      stops.push(() => server.stop());
      ours.push({ name, apiUrl: server.apiUrl });
    }
    const document = (await (await fetch(`${prefect.apiUrl}/openapi.json`)).json()) as OpenApiDocument;
    return { prefect: { name: "prefect", apiUrl: prefect.apiUrl }, ours, document, begun, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function databaseFor(name: DatabaseName): Promise<{ readonly url: string; dispose(): Promise<void> }> {
  if (name === "sqlite") return openDatabase(name);
  const postgres = await startPostgres();
  return { url: postgres.url, dispose: () => postgres.dispose() };
}

/** No loop of Prefect moves the runs meanwhile. */
const quietLoops = {
  PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED: "false",
  PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED: "false",
  PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED: "false",
  PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED: "false",
  PREFECT_SERVER_SERVICES_FOREMAN_ENABLED: "false",
  PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED: "false",
};
