import { formatTimestamp, withoutPasswords } from "@ostinato/core";
import type { Config, Server } from "@ostinato/server";
import { readConfig } from "@ostinato/server/config";
import { unwritableHome } from "../config/profile.ts";
import { exitCodes } from "../exit-codes.ts";
import { note, sayJson } from "../output/output.ts";
import { ownVersion } from "../version.ts";
import { sayBanner } from "./banner.ts";
import { prepareDatabase } from "./prepare-database.ts";
import { type Registration, register } from "./registration.ts";
import { reachable, startError } from "./start-error.ts";
import type { Announcement, StartOptions } from "./start-options.ts";

/** Runs a server until it is told to stop. */
export async function startServer(options: StartOptions): Promise<void> {
  const config = configOf(options);
  if (options.background) {
    const { startInBackground } = await import("./background.ts");
    return startInBackground(options, config);
  }
  try {
    await serve(config, options);
  } catch (error) {
    const failure = await startError(error, config);
    if (!options.announce) throw failure;
    // The parent process prints the message.
    announce({ kind: "failed", message: failure.message });
    process.exitCode = exitCodes.failed;
  }
}

function configOf({ host, port }: StartOptions): Config {
  const { env } = process;
  return readConfig({
    ...env,
    // A terminal shows the banner only; the log of every event is for files and collectors.
    ...(process.stderr.isTTY && !env.OSTINATO_LOG_LEVEL ? { OSTINATO_LOG_LEVEL: "warn" } : {}),
    ...(host === undefined ? {} : { OSTINATO_SERVER_HOST: host }),
    ...(port === undefined ? {} : { OSTINATO_SERVER_PORT: String(port) }),
  });
}

async function serve(config: Config, options: StartOptions): Promise<void> {
  await prepareDatabase(config, options.wait);
  const { createServer } = await import("@ostinato/server");
  const server = await createServer({ config });
  const registration = await listen(server, config);
  const unregister = leaveTrace(registration, options);
  const stop = stopper(server, { unregister, quiet: options.announce ?? false });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  if (options.json) sayJson(registration);
  else sayBanner(registration);
  if (options.announce) announce({ kind: "started", registration }, { stay: options.withParent ?? false });
  if (options.withParent) process.once("disconnect", stop);
  // A server in the background must outlive its parent.
  if (process.env.npm_command !== undefined && !options.announce) onParentGone(stop);
}

const parentLookMillis = 1000;

/** `npx` and npm's scripts start a shell, which dies of the signal and does not pass it on. */
function onParentGone(stop: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, parentLookMillis).unref();
}

async function listen(server: Server, config: Config): Promise<Registration> {
  try {
    await server.listen();
  } catch (error) {
    await server.stop();
    throw error;
  }
  const address = server.app.server.address();
  const port = typeof address === "object" ? (address?.port ?? config.port) : config.port;
  return {
    pid: process.pid,
    port,
    url: `http://${reachable(config.host)}:${port}${config.basePath}`.replace(/\/$/, ""),
    database: config.database.kind === "sqlite" ? config.database.file : withoutPasswords(config.database.url),
    version: ownVersion,
    started: formatTimestamp(server.started),
  };
}

/** In the foreground the file is optional: only `stop` and `status` need it. In the background it is required. */
function leaveTrace(registration: Registration, { announce: inBackground }: StartOptions): () => void {
  try {
    return register(registration);
  } catch (error) {
    const failure = unwritableHome(readConfig().home, error);
    if (inBackground) throw failure;
    note(`"ostinato server stop" will not find this server. ${failure.message}`);
    return () => {};
  }
}

/** The first call stops the server gracefully, a second one at once. */
function stopper(server: Server, { unregister, quiet }: { unregister: () => void; quiet: boolean }): () => void {
  let stopping = false;
  return () => {
    if (stopping) process.exit(exitCodes.cancelled);
    stopping = true;
    if (!quiet && process.stderr.isTTY) note("Stopping: finishing accepted work. Once more stops at once.");
    server.stop().then(
      () => {
        unregister();
        process.exit(exitCodes.fine);
      },
      (error: unknown) => {
        unregister();
        note(`The server did not stop cleanly: ${error instanceof Error ? error.message : String(error)}`);
        process.exit(exitCodes.failed);
      },
    );
  };
}

function announce(announcement: Announcement, { stay }: { readonly stay: boolean } = { stay: false }): void {
  process.send?.(announcement, () => {
    if (!stay) process.disconnect?.();
  });
}
