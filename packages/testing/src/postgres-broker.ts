import { once } from "node:events";
import { createServer } from "node:http";
import { type Postgres, startPostgres } from "./postgres.ts";

/** Starts one PostgreSQL for many processes, when the first of them asks: a run that needs none pays nothing. */
export interface PostgresBroker {
  /** A GET answers with the server's URL. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startPostgresBroker(): Promise<PostgresBroker> {
  let postgres: Promise<Postgres> | undefined;
  const server = createServer(async (_request, response) => {
    try {
      postgres ??= startPostgres();
      response.end((await postgres).url);
    } catch (error) {
      response.statusCode = 500;
      response.end(error instanceof Error ? error.message : String(error));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The PostgreSQL broker has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await postgres?.then(
        (started) => started.dispose(),
        () => undefined,
      );
    },
  };
}

export async function askBroker(url: string): Promise<string> {
  const response = await fetch(url);
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return answer;
}
