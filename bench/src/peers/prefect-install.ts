import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "@ostinato/testing/cache";
import { messageOf } from "../row.ts";

const run = promisify(execFile);

const packages = ["prefect==3.9.1"];

/** Settings that keep Prefect in its folder and disable its telemetry. */
export function quietPrefect(home: string): Readonly<Record<string, string>> {
  return { PREFECT_HOME: home, PREFECT_SERVER_ANALYTICS_ENABLED: "false", DO_NOT_TRACK: "1" };
}

/** The database setting of Prefect's server, from a URL in Ostinato's form. */
export function prefectDatabase(url: string): Readonly<Record<string, string>> {
  const withDriver = url.replace(/^sqlite:/, "sqlite+aiosqlite:").replace(/^postgresql:/, "postgresql+asyncpg:");
  return { PREFECT_API_DATABASE_CONNECTION_URL: withDriver };
}

/** A Python with Prefect, installed into the cache folder if none is named; undefined, with a message, where that fails. */
export async function findPrefect(): Promise<string | undefined> {
  const named = process.env.PREFECT_PYTHON;
  if (named !== undefined && named !== "") return named;
  const folder = join(cacheFolder, "bench-prefect");
  const python = join(folder, "bin", "python");
  try {
    if (!existsSync(python)) {
      console.log(`… installing Prefect, once; kept in ${folder}`);
      await run("python3", ["-m", "venv", folder]);
    }
    await run(python, ["-m", "pip", "install", "--quiet", ...packages]);
    return python;
  } catch (error) {
    const [reason] = messageOf(error).split("\n");
    console.log(
      `Prefect is left out, since no Python can install it (PREFECT_PYTHON names one that has it): ${reason}`,
    );
    return undefined;
  }
}
