import { randomUUID } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDatabase, type Postgres, startPostgres } from "@ostinato/testing/postgres";
import { cleanEnvironment, installProduct, repository } from "../product.ts";
import { type Afflictions, startAfflictions } from "./afflictions.ts";
import { type BreakingProxy, startProxy } from "./proxy.ts";
import { type ServerUnderTest, serverUnderTest } from "./server-under-test.ts";
import { mountSmallDisk, type SmallDisk } from "./small-disk.ts";

/** The servers under test, their database, and the proxy through which everybody reaches them. */
export interface Cluster {
  readonly database: "sqlite" | "postgresql";
  /** For the files of this cluster and of those who use it. */
  readonly folder: string;
  /** Through the proxy. */
  readonly apiUrl: string;
  readonly proxy: BreakingProxy;
  readonly servers: readonly ServerUnderTest[];
  readonly postgres: ServedPostgres | undefined;
  /** Of SQLite. */
  readonly file: string | undefined;
  /** Where the tables are; undefined where no file system of our own can be had. */
  readonly disk: SmallDisk | undefined;
  /** Of the servers, and of the processes that run flows. */
  readonly afflictions: Afflictions;
  readonly flowAfflictions: Afflictions;
  /** The program that runs flows, beside the product that it imports. */
  readonly program: string;
  dispose(): Promise<void>;
}

/** A PostgreSQL with the database of the servers, and the role that they come as, which is no superuser. */
export interface ServedPostgres extends Postgres {
  readonly database: string;
  readonly role: string;
  /** Ends all connections of the servers. */
  endConnections(): Promise<void>;
}

export interface ClusterOptions {
  readonly database: Cluster["database"];
  /** The `ostinato` command of an installed package; else the product is packed and installed. */
  readonly command?: string | undefined;
  /** The sources of this repository as they are, not packed. */
  readonly fromSource?: boolean | undefined;
  /** Size of the file system that the tables are on. */
  readonly diskMegabytes: number;
  /** Make no file system of our own: a full disk is then injected. */
  readonly injected?: boolean | undefined;
}

/** Results above it go to the store of the client. */
export const resultLimitBytes = 16 * 1024;

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { database, diskMegabytes, injected = false } = options;
  const folder = await mkdtemp(join(tmpdir(), "ostinato-chaos-"));
  await chmod(folder, 0o755); // PostgreSQL is another user where we are root.
  const { command, program } = await findProduct(options, folder);
  const disk = injected ? undefined : await mountSmallDisk(join(folder, "disk"), diskMegabytes);
  const postgres = database === "postgresql" ? await servedPostgres(disk) : undefined;
  const file = join(disk?.folder ?? folder, "ostinato.db");
  const afflictions = await startAfflictions(join(folder, "afflictions.json"));
  const environment = {
    ...cleanEnvironment(),
    ...afflictions.environment,
    OSTINATO_HOME: join(folder, "server"),
    OSTINATO_DATABASE_URL: postgres?.ownUrl ?? `sqlite:///${file}`,
    OSTINATO_LOG_LEVEL: process.env.CHAOS_LOG_LEVEL ?? "fatal",
    OSTINATO_RESULT_SIZE_LIMIT: String(resultLimitBytes),
  };
  const { execArgv } = afflictions;
  const servers = await Promise.all(
    Array.from({ length: postgres === undefined ? 1 : 2 }, async () =>
      serverUnderTest({ command, execArgv, environment, port: await freePort() }),
    ),
  );
  for (const server of servers) await server.start();
  const proxy = await startProxy(servers.map(({ port }) => port));
  return {
    database,
    folder,
    apiUrl: `http://127.0.0.1:${proxy.port}/api`,
    proxy,
    servers,
    postgres,
    file: postgres === undefined ? file : undefined,
    disk,
    afflictions,
    flowAfflictions: await startAfflictions(join(folder, "flow-afflictions.json")),
    program,
    async dispose() {
      await proxy.close();
      for (const server of servers) await server.kill();
      await postgres?.dispose();
      await disk?.remove();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const ownProgram = fileURLToPath(new URL("workload.ts", import.meta.url));

async function findProduct({ command, fromSource = false }: ClusterOptions, folder: string) {
  if (fromSource) return { command: join(repository, "packages/ostinato/src/bin.mjs"), program: ownProgram };
  if (command !== undefined) return { command, program: await placeBeside(join(command, "../../../..")) };
  const installed = join(folder, "product");
  await installProduct(installed);
  return { command: join(installed, "node_modules/ostinato/dist/bin.js"), program: await placeBeside(installed) };
}

/** A program finds the installed package from where it stands. */
async function placeBeside(installed: string): Promise<string> {
  const program = join(installed, "chaos-workload.ts");
  await copyFile(ownProgram, program);
  return program;
}

/** What was committed waits for the disk, as with everybody's PostgreSQL but that of the tests. */
function startDurablePostgres(): Promise<Postgres> {
  return startPostgres({ settings: { fsync: "on", full_page_writes: "on", commit_siblings: "0" } });
}

async function servedPostgres(disk: SmallDisk | undefined): Promise<ServedPostgres & { readonly ownUrl: string }> {
  const postgres = await startDurablePostgres();
  const { name, url } = await createDatabase(postgres.url);
  const role = "chaos";
  const password = randomUUID();
  await postgres.execute(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  await postgres.execute(`ALTER DATABASE ${name} OWNER TO ${role}`);
  if (disk !== undefined) await placeTablesOn(disk, postgres, name);
  const own = new URL(url);
  own.username = role;
  own.password = password;
  return {
    ...postgres,
    database: name,
    role,
    ownUrl: own.href,
    endConnections: () =>
      postgres.execute(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`),
  };
}

/** The log is not there: without it PostgreSQL ends itself. */
async function placeTablesOn(disk: SmallDisk, postgres: Postgres, database: string): Promise<void> {
  const folder = join(disk.folder, "tablespace");
  await mkdir(folder);
  postgres.own(folder);
  await postgres.execute(`CREATE TABLESPACE small LOCATION '${folder}'`);
  await postgres.execute(`ALTER DATABASE ${database} SET TABLESPACE small`);
}

async function freePort(): Promise<number> {
  const probe = await startProxy([]);
  await probe.close();
  return probe.port;
}
