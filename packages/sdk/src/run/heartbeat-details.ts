import type { ServerInfo, StateDetails } from "@ostinato/protocol";

/** This process, and the server that it is known to. */
interface ProcessOnServer {
  readonly server: ServerInfo | undefined;
  readonly process: string | undefined;
}

const defaultSeconds = 30;

/** Seconds between two heartbeats of a run's process. */
export function heartbeatSeconds(): number {
  const seconds = Number(process.env.OSTINATO_HEARTBEAT_SECONDS ?? defaultSeconds) || defaultSeconds;
  return Math.max(1, Math.round(seconds));
}

/**
 * State details that announce the heartbeat interval and the process, so that the server watches the run from that state on. Prefect's
 * servers do not know these details.
 */
export function heartbeatDetails({ server, process }: ProcessOnServer): StateDetails {
  if (server === undefined) return {};
  return { heartbeat_seconds: heartbeatSeconds(), ...(process === undefined ? {} : { process }) };
}
