import { CliError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { say, sayJson } from "../output/output.ts";
import { isAlive, isOurs, type Registration, registeredServers, unregister } from "./registration.ts";

export interface StopOptions {
  readonly port?: number;
  readonly timeout: number;
  /** Kills it when it has not stopped in time. */
  readonly force?: boolean;
  readonly json?: boolean;
}

const betweenLooksMillis = 25;

export async function stopServer(options: StopOptions): Promise<void> {
  const server = choose(registeredServers(), options.port);
  if (!(await isOurs(server))) {
    throw new CliError(
      `Process ${server.pid} does not look like the Ostinato server that ran on port ${server.port}, so it was left alone. If that server is gone, remove server-${server.port}.json in the home folder.`,
    );
  }
  process.kill(server.pid, "SIGTERM");
  const forced = !(await ended(server.pid, options.timeout));
  if (forced) await kill(server, options);
  unregister(server);
  if (options.json) sayJson({ stopped: true, forced, pid: server.pid, url: server.url });
  else say(`Stopped the server at ${server.url} (process ${server.pid})${forced ? ", by force" : ""}.`);
}

function choose(servers: readonly Registration[], port: number | undefined): Registration {
  const matching = servers.filter((server) => port === undefined || server.port === port);
  const [only, another] = matching;
  if (only === undefined) {
    const others =
      servers.length === 0 ? "" : ` There are servers on: ${servers.map((server) => server.port).join(", ")}.`;
    const where = port === undefined ? "" : ` on port ${port}`;
    throw new CliError(`No server of this home folder is running${where}.${others}`, {
      exitCode: exitCodes.notRunning,
    });
  }
  if (another !== undefined) {
    const ports = matching.map((server) => server.port).join(", ");
    throw new CliError(`Several servers are running, on ports ${ports}. Say which one with --port.`, {
      exitCode: exitCodes.usage,
    });
  }
  return only;
}

async function kill({ pid }: Registration, { timeout, force }: StopOptions): Promise<void> {
  if (!force) {
    throw new CliError(
      `Process ${pid} is still finishing its work after ${timeout} s. Wait, or stop it at once with --force.`,
    );
  }
  process.kill(pid, "SIGKILL");
  await ended(pid, timeout);
}

/** The process is not a child of this one, so its end must be polled. */
async function ended(pid: number, seconds: number): Promise<boolean> {
  const giveUp = performance.now() + seconds * 1000;
  while (isAlive(pid)) {
    if (performance.now() > giveUp) return false;
    await new Promise((resolve) => setTimeout(resolve, betweenLooksMillis));
  }
  return true;
}
