import { type Clock, sleep } from "@ostinato/core";
import pg from "pg";
import type { Notices } from "../dialect.ts";
import { isOutOfConnections, isUnavailable } from "../unavailable.ts";
import { cutOff, keepProcessAlive } from "./keep-alive.ts";
import { type PostgresPool, preparedQueryOnce } from "./pool.ts";

export interface PostgresNotices extends Notices {
  /** Gives its connection to others, and asks for another one later. */
  rest(): void;
  stop(): Promise<void>;
}

export interface NoticesOptions {
  readonly url: string;
  /** The connections that send. */
  readonly pool: PostgresPool;
  /** Of the pauses between attempts to listen. No program waits for them. */
  readonly clock: Clock;
}

const channel = "ostinato";
const pauseSeconds = 0.5;
/** The pause doubles up to this one while PostgreSQL has no connection to spare. */
const maxPauseSeconds = 30;
/** The patience for an answer of PostgreSQL. */
const answerMillis = 5000;
/** An address that does not exist any more closes no connection: the operating system asks it after so long a silence. */
const silentMillis = 10_000;

/** Callbacks of each attempt to listen. */
interface Listening {
  readonly listening: () => void;
  readonly ended: () => void;
}

/** Listens on a connection of its own, which is opened again when it breaks. */
export function postgresNotices({ url, pool, clock }: NoticesOptions): PostgresNotices {
  const stopping = new AbortController();
  let client: pg.Client | undefined;
  let gaveAway = false;

  /** Resolves when the connection has ended. */
  async function listenOnce(receive: (message: string) => void, listening: () => void): Promise<void> {
    const fresh = new pg.Client({
      connectionString: url,
      application_name: "ostinato-listen",
      connectionTimeoutMillis: answerMillis,
      query_timeout: answerMillis,
      keepAlive: true,
      keepAliveInitialDelayMillis: silentMillis,
    });
    const broken = new Promise<void>((resolve) => {
      fresh.once("end", resolve);
      fresh.on("error", () => resolve());
    });
    fresh.on("notification", ({ payload }) => payload !== undefined && receive(payload));
    gaveAway = false;
    client = fresh;
    try {
      await fresh.connect();
      await fresh.query(`LISTEN ${channel}`);
      keepProcessAlive(fresh, false);
      listening();
      await broken;
    } finally {
      client = undefined;
      cutOff(fresh);
    }
  }

  async function keepListening(receive: (message: string) => void, { listening, ended }: Listening): Promise<void> {
    let pause = pauseSeconds;
    while (!stopping.signal.aborted) {
      const began = clock.elapsed();
      const isRefused = await listenOnce(receive, listening).then(() => false, isOutOfConnections);
      ended();
      const isScarce = (isRefused || gaveAway) && clock.elapsed() - began < maxPauseSeconds;
      pause = isScarce ? Math.min(maxPauseSeconds, 2 * pause) : pauseSeconds;
      await sleep(clock, pause, stopping.signal).catch(() => {});
    }
  }

  return {
    async send(messages) {
      const notify = "SELECT pg_notify($1, message) FROM unnest($2::text[]) AS given(message)";
      const attempt = () => preparedQueryOnce(pool, notify, [channel, messages]);
      // Listeners whose connection has not broken look for nothing. So a broken one here is replaced.
      const again = (error: unknown) => (isUnavailable(error) && !stopping.signal.aborted ? attempt() : undefined);
      await attempt()
        .catch(again)
        .catch(() => {});
    },
    listen: (receive, resumed) =>
      new Promise((resolve) => {
        let deafSince: number | undefined;
        const listening = () => {
          if (deafSince !== undefined) resumed(clock.elapsed() - deafSince);
          deafSince = undefined;
          resolve();
        };
        const ended = () => {
          deafSince ??= clock.elapsed();
          resolve(); // Also where the first attempt fails: the next ones go on.
        };
        void keepListening(receive, { listening, ended });
      }),
    // One that leads nowhere would not answer a farewell.
    renew: () => cutOff(client),
    rest() {
      gaveAway = true;
      void client?.end().catch(() => {});
    },
    async stop() {
      stopping.abort();
      await client?.end().catch(() => {});
    },
  };
}
