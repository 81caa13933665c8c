import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type DatabaseName, openDatabase } from "@ostinato/testing/databases";
import type { RunningServer } from "../child-server.ts";
import { startPrefect } from "../prefect-server.ts";
import { startOstinato } from "../server-process.ts";

/**
 * The Pythons that have a real Prefect client: the newest whose contract was verified and the one before. npm brings neither:
 * `.ci/run` makes a virtual environment of each file of requirements and names them in these variables. Without them the tests skip.
 * Each asks servers on a database of its own, so that both databases are asked in the time of one.
 */
export const clients: readonly PlaceToAsk[] = [
  clientOf("requirements.txt", process.env.PREFECT_PYTHON, "sqlite"),
  clientOf("requirements-before.txt", process.env.PREFECT_PYTHON_BEFORE, "postgresql"),
];

function clientOf(requirements: string, python: string | undefined, database: DatabaseName): PlaceToAsk {
  return { title: `by ${requirements}, on ${database}`, python, start: () => startOstinatoOn(database) };
}

/** Webhooks and messages of the tests go to this machine. */
const ownNetwork = { OSTINATO_SERVER_PRIVATE_TARGETS: "127.0.0.0/8" };

async function startOstinatoOn(name: DatabaseName): Promise<RunningServer> {
  const { url, dispose } = await openDatabase(name);
  const server = await startOstinato({ OSTINATO_DATABASE_URL: url, ...ownNetwork });
  return {
    ...server,
    async stop() {
      await server.stop();
      await dispose();
    },
  };
}

/** The environment in which a Prefect program finds the server, and keeps to itself. */
export function prefectEnvironment(apiUrl: string, home: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PREFECT_API_URL: apiUrl,
    PREFECT_HOME: home,
    PREFECT_SERVER_ANALYTICS_ENABLED: "false",
    DO_NOT_TRACK: "1",
  };
}

/**
 * Each client at our server, and at Prefect's own server, which shows that the tests say what Prefect does. The latter takes minutes, so
 * only who asks for it by a variable waits for it.
 */
export const placesToAsk: readonly PlaceToAsk[] = [
  ...clients,
  {
    title: "at Prefect's own server",
    python: process.env.PREFECT_REFERENCE_PYTHON,
    start: () => startPrefect(process.env.PREFECT_REFERENCE_PYTHON ?? ""),
  },
];

interface PlaceToAsk {
  readonly title: string;
  /** Undefined where this machine has no such client: the tests skip. */
  readonly python: string | undefined;
  readonly start: () => Promise<RunningServer>;
}

interface AskingProgram {
  /** A Python file of this folder, which prints what it finds as JSON on its last line. */
  readonly program: string;
  readonly python: string;
  readonly server: RunningServer;
  /** After that time it is ended. */
  readonly seconds: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a program in the folder of the server that it asks, and gives what it found. */
export async function factsOf<Facts>({ program, python, server, seconds, environment }: AskingProgram): Promise<Facts> {
  const asking = promisify(execFile)(python, [fileURLToPath(new URL(program, import.meta.url))], {
    cwd: server.folder,
    env: { ...prefectEnvironment(server.apiUrl, server.folder), ...environment },
    maxBuffer: 64 * 1024 * 1024,
    timeout: seconds * 1000,
  });
  // A command that asks whether one is sure then finds nobody to answer.
  asking.child.stdin?.end();
  const { stdout } = await asking;
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}
