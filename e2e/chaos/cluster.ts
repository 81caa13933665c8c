import { randomUUID } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDatabase, type Postgres, startPostgres } from "@ostinato/testing/postgres";
import { cleanEnvironment, installProduct, repository } from "../product.ts";
import { type Injection, startInjection } from "./injection.ts";
import { type BreakingProxy, startProxy } from "./proxy.ts";
import { type ServerUnderTest, serverUnderTest } from "./server-under-test.ts";
import { mountSmallDisk, type SmallDisk } from "./small-disk.ts";

/** The servers under test, their database, and the proxy in front of them. */
export interface Cluster {
  readonly database: "sqlite" | "postgresql";
  /** A folder for files of this cluster and its users. */
  readonly folder: string;
  /** The address of the proxy. */
  readonly apiUrl: string;
  readonly proxy: BreakingProxy;
  readonly servers: readonly ServerUnderTest[];
  readonly postgres: ServedPostgres | undefined;
  /** The SQLite file, if any. */
  readonly file: string | undefined;
  /** The disk of the tables; undefined where no file system can be mounted. */
  readonly disk: SmallDisk | undefined;
  /** Injected faults of the servers, and of the processes that run flows. */
  readonly injection: Injection;
  readonly flowInjection: Injection;
  /** The program that runs flows, placed beside the product that it imports. */
  readonly program: string;
  /** The program that serves deployments. */
  readonly servedProgram: string;
  /** The program whose flow workers execute. */
  readonly poolProgram: string;
  /** The program that takes slots of limits. */
  readonly slotProgram: string;
  /** The program that works on background tasks, or delays them. */
  readonly backgroundProgram: string;
  /** The program whose runs ask for answers. */
  readonly pauseProgram: string;
  readonly suspendProgram: string;
  /** The path of the `ostinato` command. */
  readonly command: string;
  dispose(): Promise<void>;
}

/** A PostgreSQL with the servers' database and role, which is not a superuser. */
export interface ServedPostgres extends Postgres {
  readonly database: string;
  readonly role: string;
  /** Terminates all connections of the servers. */
  endConnections(): Promise<void>;
}

export interface ClusterOptions {
  readonly database: Cluster["database"];
  /** The `ostinato` command of an installed package; by default the product is packed and installed. */
  readonly command?: string | undefined;
  /** Uses the sources of this repository, unpacked. */
  readonly fromSource?: boolean | undefined;
  /** Size of the file system for the tables. */
  readonly diskMegabytes: number;
  /** Mounts no file system: a full disk is then injected. */
  readonly injected?: boolean | undefined;
}

/** Larger results go to the client's store. */
export const resultLimitBytes = 16 * 1024;

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { database, diskMegabytes, injected = false } = options;
  const folder = await mkdtemp(join(tmpdir(), "ostinato-chaos-"));
  await chmod(folder, 0o755); // As root, PostgreSQL runs as another user.
  const { command, ...programs } = await findProduct(options, folder);
  const disk = injected ? undefined : await mountSmallDisk(join(folder, "disk"), diskMegabytes);
  const postgres = database === "postgresql" ? await servedPostgres(disk) : undefined;
  const file = join(disk?.folder ?? folder, "ostinato.db");
  const injection = await startInjection(join(folder, "injection.json"));
  const environment = {
    ...cleanEnvironment(),
    ...injection.environment,
    OSTINATO_HOME: join(folder, "server"),
    OSTINATO_DATABASE_URL: postgres?.ownUrl ?? `sqlite:///${file}`,
    OSTINATO_LOG_LEVEL: process.env.CHAOS_LOG_LEVEL ?? "fatal",
    OSTINATO_SERVER_PRIVATE_TARGETS: "127.0.0.1",
    OSTINATO_RESULT_SIZE_LIMIT: String(resultLimitBytes),
  };
  const { execArgv } = injection;
  const servers = await Promise.all(
    Array.from({ length: postgres === undefined ? 1 : 3 }, async () =>
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
    injection,
    flowInjection: await startInjection(join(folder, "flow-injection.json")),
    ...programs,
    command,
    async dispose() {
      await proxy.close();
      for (const server of servers) await server.kill();
      await postgres?.dispose();
      await disk?.remove();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const programFiles = [
  "workload.ts",
  "served-program.ts",
  "pool-program.ts",
  "slot-program.ts",
  "background-program.ts",
  "pause-program.ts",
  "suspend-program.ts",
  "marked-flow.ts",
  "marking.ts",
];
const ownFolder = fileURLToPath(new URL(".", import.meta.url));

type Programs = Pick<
  Cluster,
  "program" | "servedProgram" | "poolProgram" | "slotProgram" | "backgroundProgram" | "pauseProgram" | "suspendProgram"
>;

function programsIn(folder: string): Programs {
  return {
    program: join(folder, "workload.ts"),
    servedProgram: join(folder, "served-program.ts"),
    poolProgram: join(folder, "pool-program.ts"),
    slotProgram: join(folder, "slot-program.ts"),
    backgroundProgram: join(folder, "background-program.ts"),
    pauseProgram: join(folder, "pause-program.ts"),
    suspendProgram: join(folder, "suspend-program.ts"),
  };
}

async function findProduct({ command, fromSource = false }: ClusterOptions, folder: string) {
  if (fromSource) return { command: join(repository, "packages/ostinato/src/bin.mjs"), ...programsIn(ownFolder) };
  if (command !== undefined) return { command, ...(await placeBeside(join(command, "../../../.."))) };
  const installed = join(folder, "product");
  await installProduct(installed);
  return { command: join(installed, "node_modules/ostinato/dist/bin.js"), ...(await placeBeside(installed)) };
}

/** A program resolves the installed package from its own folder. */
async function placeBeside(installed: string): Promise<Programs> {
  const folder = join(installed, "chaos");
  await mkdir(folder, { recursive: true });
  for (const name of programFiles) await copyFile(join(ownFolder, name), join(folder, name));
  return programsIn(folder);
}

/** Commits wait for the disk, as by default, but unlike in other tests. */
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

/** Moves only the tables: PostgreSQL shuts down when its write-ahead log cannot grow. */
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
