import { UsageError } from "../errors.ts";
import type { Session } from "../session/session.ts";

/** Background tasks need a server that both programs reach, and that keeps arguments and results. */
export function requireServer({ connection, server }: Session, what: string): void {
  if (connection.inProcess === true) {
    throw new UsageError(
      `${what} needs a server, and none answers. Start one with "ostinato server start", or name it in OSTINATO_API_URL.`,
    );
  }
  if (server === undefined) {
    throw new UsageError(`${what} needs a server of Ostinato, and ${connection.baseUrl} is one of Prefect.`);
  }
}
