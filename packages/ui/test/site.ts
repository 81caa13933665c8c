import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@ostinato/client";
import { createServer, readConfig } from "@ostinato/server";
import { type Browser, launchBrowser, type OpenedPage, openPage } from "@ostinato/testing/browser";
import { builtUi } from "@ostinato/testing/ui";

type PageOptions = Parameters<typeof openPage>[1];

/** A real server with the built pages on a new database, and a real browser. */
export interface Site {
  readonly origin: string;
  readonly client: Client;
  /** The SQLite file of the server, where it has no other database. */
  readonly databaseFile: string;
  open(path: string, options?: PageOptions): Promise<OpenedPage>;
  /** Stops the server, so that pages lose it; `start` restarts it on the same port and database. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

interface SiteOptions {
  /** The `user:password` that the server asks for. */
  readonly authString?: string;
  /** By default a new SQLite file. */
  readonly databaseUrl?: string;
  /** More settings of the server. */
  readonly environment?: Readonly<Record<string, string>>;
}

export async function startSite({ authString, databaseUrl, environment }: SiteOptions = {}): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), "ostinato-ui-"));
  const databaseFile = join(folder, "test.db");
  const uiFolder = await builtUi();
  const serve = async (port: string) => {
    const config = readConfig({
      OSTINATO_HOME: folder,
      OSTINATO_DATABASE_URL: databaseUrl ?? `sqlite:///${databaseFile}`,
      OSTINATO_SERVER_PORT: port,
      OSTINATO_LOG_LEVEL: "fatal",
      OSTINATO_SERVER_API_AUTH_STRING: authString,
      ...environment,
    });
    const server = await createServer({ config, uiFolder });
    return { server, origin: await server.listen() };
  };
  let running: Awaited<ReturnType<typeof serve>> | undefined = await serve("0");
  const { origin } = running;
  const browser: Browser = await launchBrowser();
  const stop = async () => {
    await running?.server.stop();
    running = undefined;
  };
  return {
    origin,
    client: createClient({ baseUrl: `${origin}/api`, auth: authString }),
    databaseFile,
    async open(path, options = {}) {
      const opened = await openPage(browser, { viewport: { width: 1400, height: 900 }, ...options });
      // Shorter than a test's timeout, so that a failure names the step.
      opened.page.setDefaultTimeout(20_000);
      await opened.page.goto(path.startsWith("http") ? path : origin + path);
      return opened;
    },
    stop,
    async start() {
      running = await serve(new URL(origin).port);
    },
    async close() {
      await browser.close();
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
