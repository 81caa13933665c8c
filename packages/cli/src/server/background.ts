import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "@ostinato/server/config";
import { makeFolder } from "../config/folders.ts";
import { unwritableHome } from "../config/profile.ts";
import { CliError } from "../errors.ts";
import { sayJson } from "../output/output.ts";
import { sayBanner } from "./banner.ts";
import type { Registration } from "./registration.ts";
import type { Announcement, StartOptions } from "./start-options.ts";

/** Starts a server that outlives this process, and returns when it answers. */
export async function startInBackground({ json, wait }: StartOptions, config: Config): Promise<void> {
  const log = join(config.home, `server-${config.port}.log`);
  const child = spawnServer(config, { log, wait: wait ?? 0 });
  const registration = await started(child, log);
  child.unref();
  if (json) sayJson(registration);
  else sayBanner(registration, log);
}

export interface OwnServer {
  readonly registration: Registration;
  /** Resolves when the server has stopped. */
  stop(): Promise<void>;
}

/** Starts a server that stops with this process, however this process ends. */
export async function startOwnServer(config: Config): Promise<OwnServer> {
  const log = join(config.home, `server-${config.port}.log`);
  const child = spawnServer(config, { log, wait: 0, withParent: true });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    registration: await started(child, log),
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

interface SpawnOptions {
  readonly log: string;
  readonly wait: number;
  readonly withParent?: boolean;
}

function spawnServer(config: Config, { log, wait, withParent = false }: SpawnOptions): ChildProcess {
  const output = openLog(config.home, log);
  const [, program = ""] = process.argv;
  const address = ["--host", config.host, "--port", String(config.port), "--wait", String(wait)];
  const flags = ["--announce", ...(withParent ? ["--with-parent"] : []), ...address];
  try {
    return spawn(process.execPath, [...process.execArgv, program, "server", "start", ...flags], {
      detached: true,
      stdio: ["ignore", output, output, "ipc"],
      cwd: config.home,
      env: { ...process.env, OSTINATO_HOME: config.home, NO_COLOR: "1" },
    });
  } finally {
    closeSync(output);
  }
}

function openLog(home: string, file: string): number {
  try {
    makeFolder(home);
    return openSync(file, "a", 0o600);
  } catch (error) {
    throw unwritableHome(home, error);
  }
}

function started(child: ChildProcess, log: string): Promise<Registration> {
  return new Promise((resolve, reject) => {
    child.on("message", (announcement: Announcement) => {
      if (announcement.kind === "started") resolve(announcement.registration);
      else reject(new CliError(announcement.message));
    });
    child.on("error", reject);
    child.on("exit", (code, signal) =>
      reject(
        new CliError(`The server ended before it answered (${signal ?? `exit code ${code}`}). See the end of ${log}.`),
      ),
    );
  });
}
