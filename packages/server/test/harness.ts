import { type Logger, pino } from "pino";
import { type Config, readConfig } from "../src/kernel/config.ts";
import { createServer, type Server, type ServerOptions } from "../src/main.ts";
import { slowRequest } from "../src/plugins/request-ids.ts";

/** A server on a test's database that does not listen: requests go in by `call`. */
export interface TestServer extends Server {
  call<T = unknown>(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body?: unknown,
  ): Promise<Reply<T>>;
  /** Has a loop do its work once; one that is exclusive if no other server of the database does it. */
  tick(loop: string): Promise<void>;
}

export interface Reply<T> {
  readonly status: number;
  readonly body: T;
  readonly headers: Readonly<Record<string, unknown>>;
}

export async function startTestServer(
  databaseUrl: string,
  options: Partial<Pick<ServerOptions, "authentication" | "clock" | "consumers" | "log" | "uiFolder">> & {
    readonly config?: Partial<Config>;
  } = {},
): Promise<TestServer> {
  const config = {
    ...readConfig({ OSTINATO_DATABASE_URL: databaseUrl, OSTINATO_SERVER_PORT: "0" }),
    ...options.config,
  };
  const { log = pino({ level: process.env.OSTINATO_TEST_LOG ?? "silent" }) } = options;
  const server = await createServer({ ...options, config, log });
  return {
    ...server,
    async tick(name) {
      const loop = server.loops.find((each) => each.name === name);
      if (loop === undefined) throw new Error(`No loop is called ${name}`);
      await server.leases.tick();
      await loop.tick();
    },
    async call(method, path, body) {
      const response = await server.app.inject({
        method,
        url: `${config.basePath}api${path}`,
        ...(body === undefined
          ? {}
          : { payload: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      });
      const text = response.body;
      const json = String(response.headers["content-type"] ?? "").includes("json") && text !== "";
      return { status: response.statusCode, body: json ? JSON.parse(text) : text, headers: response.headers };
    },
  };
}

/** A log that a test reads: its warnings and errors, but for those that say how slow the machine is at the moment. */
export function recordingLog(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const write = (line: string) => {
    const { msg } = JSON.parse(line) as { msg: string };
    if (msg !== slowRequest) lines.push(msg);
  };
  return { log: pino({ level: "warn" }, { write }), lines };
}
