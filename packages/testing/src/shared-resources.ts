import { once } from "node:events";
import { createServer } from "node:http";
import { type Postgres, startPostgres } from "./postgres.ts";
import { buildUi } from "./ui-build.ts";

/** Resources that are made once per test run, on the first request of one of its processes. */
export type SharedResource = "postgres" | "ui";

export interface SharedResources {
  readonly url: string;
  close(): Promise<void>;
}

export async function startSharedResources(): Promise<SharedResources> {
  let postgres: Promise<Postgres> | undefined;
  let ui: Promise<string> | undefined;
  const makers: Readonly<Record<SharedResource, () => Promise<string>>> = {
    async postgres() {
      postgres ??= startPostgres();
      return (await postgres).url;
    },
    ui() {
      ui ??= buildUi();
      return ui;
    },
  };
  const server = createServer(async (request, response) => {
    try {
      response.end(await makers[(request.url ?? "").slice(1) as SharedResource]());
    } catch (error) {
      response.statusCode = 500;
      response.end(error instanceof Error ? error.message : String(error));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The shared resources have no port");
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

/** The PostgreSQL's URL, or the folder of the built UI. */
export async function askFor(resource: SharedResource, url: string): Promise<string> {
  const response = await fetch(`${url}/${resource}`);
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return answer;
}
