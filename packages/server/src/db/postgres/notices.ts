import { sleep, systemClock } from "@ostinato/core";
import pg from "pg";
import type { Notices } from "../dialect.ts";
import { isOutOfConnections } from "../unavailable.ts";
import { keepProcessAlive } from "./keep-alive.ts";
import { type PostgresPool, preparedQueryOnce } from "./pool.ts";

const channel = "ostinato";
const retrySeconds = 0.5;
/** The pause while PostgreSQL has no connection to spare. */
const restSeconds = 30;

export interface PostgresNotices extends Notices {
  /** Gives its connection to others, and asks for another one later. */
  rest(): void;
  stop(): Promise<void>;
}

/**
 * Listens on a connection of its own, which is opened again when it breaks; `lost` reports that messages may have been missed.
 */
export function postgresNotices(url: string, pool: PostgresPool): PostgresNotices {
  // No program waits for it.
  const clock = systemClock();
  const stopping = new AbortController();
  let client: pg.Client | undefined;
  let pauseSeconds = retrySeconds;

  async function listenOnce(receive: (message: string) => void, listening: () => void): Promise<void> {
    client = new pg.Client({ connectionString: url, application_name: "ostinato-listen", keepAlive: true });
    const broken = new Promise<void>((resolve) => {
      client?.once("end", resolve);
      client?.once("error", () => resolve());
    });
    client.on("notification", ({ payload }) => payload !== undefined && receive(payload));
    await client.connect();
    await client.query(`LISTEN ${channel}`);
    keepProcessAlive(client, false);
    pauseSeconds = retrySeconds;
    listening();
    void broken.then(() => client?.end().catch(() => {}));
    return broken;
  }

  return {
    async send(messages) {
      const notify = "SELECT pg_notify($1, message) FROM unnest($2::text[]) AS given(message)";
      await preparedQueryOnce(pool, notify, [channel, messages]).catch(() => {});
    },
    listen: (receive, lost) =>
      new Promise((resolve) => {
        const keepListening = async () => {
          while (!stopping.signal.aborted) {
            await listenOnce(receive, resolve).catch((error: unknown) => {
              pauseSeconds = isOutOfConnections(error) ? restSeconds : retrySeconds;
            });
            resolve(); // Also where the first attempt fails: the next ones go on.
            lost();
            await sleep(clock, pauseSeconds, stopping.signal).catch(() => {});
          }
        };
        void keepListening();
      }),
    rest() {
      pauseSeconds = restSeconds;
      void client?.end().catch(() => {});
    },
    async stop() {
      stopping.abort();
      await client?.end().catch(() => {});
    },
  };
}
