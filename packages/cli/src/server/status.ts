import { exitCodes } from "../exit-codes.ts";
import { spanText } from "../output/moments.ts";
import { note, say, sayJson } from "../output/output.ts";
import { paint } from "../output/text.ts";
import { askServer, authString } from "./ask-server.ts";
import { registeredServers } from "./registration.ts";

export interface StatusOptions {
  readonly port?: number;
  readonly json?: boolean;
}

interface ServerStatus {
  readonly url: string;
  readonly running: boolean;
  /** Null where the server reveals nothing without a password. */
  readonly version: string | null;
  readonly database: string | null;
  readonly started: string | null;
  readonly pid: number | null;
}

/** Shows which servers answer: those of this home folder, or the configured one. */
export async function showStatus(options: StatusOptions): Promise<void> {
  const servers = await Promise.all(candidates(options.port).map(({ url, pid }) => statusOf(url, pid)));
  const running = servers.some((server) => server.running);
  if (options.json) sayJson({ running, servers });
  else for (const server of servers) sayStatus(server);
  if (!running && !options.json) note('Start one with "ostinato server start".');
  process.exitCode = running ? exitCodes.fine : exitCodes.notRunning;
}

function candidates(port: number | undefined): readonly { readonly url: string; readonly pid: number | null }[] {
  const registered = registeredServers().filter((server) => port === undefined || server.port === port);
  if (registered.length > 0) return registered;
  if (port !== undefined) return [{ url: `http://127.0.0.1:${port}`, pid: null }];
  const { OSTINATO_API_URL, PREFECT_API_URL, OSTINATO_SERVER_PORT } = process.env;
  const named = (OSTINATO_API_URL || PREFECT_API_URL)?.replace(/\/api\/*$/, "");
  return [{ url: named ?? `http://127.0.0.1:${OSTINATO_SERVER_PORT || 4200}`, pid: null }];
}

async function statusOf(url: string, pid: number | null): Promise<ServerStatus> {
  const answer = await askServer(`${url}/api`, authString());
  if (answer.kind === "ostinato") {
    const { version, database, started } = answer;
    return { url, running: true, version, database, started, pid };
  }
  const nothing = { url, database: null, started: null, pid };
  if (answer.kind === "prefect") return { ...nothing, running: true, version: `Prefect API ${answer.version}` };
  return { ...nothing, running: answer.kind === "locked", version: null };
}

function sayStatus(server: ServerStatus): void {
  if (server.running && server.version === null) {
    const where = paint("cyan", server.url);
    say(`${paint("green", "●")} Running at ${where}, and asks for a password: set OSTINATO_API_AUTH_STRING`);
  } else if (server.running) say(`${paint("green", "●")} Running at ${paint("cyan", server.url)}  ${about(server)}`);
  else say(`${paint("red", "●")} No server answers at ${server.url}`);
}

function about({ version, database, started, pid }: ServerStatus): string {
  const since = started === null ? null : `for ${spanText((Date.now() - Date.parse(started)) / 1000)}`;
  return [version, database, since, pid === null ? null : `process ${pid}`].filter((part) => part !== null).join(", ");
}
