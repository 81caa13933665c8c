import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A server of MySQL's protocol on a free port of 127.0.0.1. */
export interface Mariadb {
  /** With a user that may do all in the database `shop`. */
  readonly url: string;
  stop(): Promise<void>;
}

const server = "/usr/sbin/mariadbd";
/** Where the package has what a new folder of data begins with. */
const share = "/usr/share/mysql";
const systemTables = ["mysql_system_tables.sql", "mysql_system_tables_data.sql"].map((name) => join(share, name));

/** Why there is no server on this machine; undefined where there is one. `.ci/run` installs it where it can. */
export const mariadbMissing = [server, ...systemTables].every((file) => existsSync(file))
  ? undefined
  : "no MariaDB is installed: apt-get install mariadb-server-core";

const setUp = `
CREATE DATABASE shop CHARACTER SET utf8mb4;
CREATE USER 'app'@'127.0.0.1' IDENTIFIED BY 'p@ss:w/rd';
GRANT ALL ON shop.* TO 'app'@'127.0.0.1';
FLUSH PRIVILEGES;
`;

/** Starts in two or three seconds, as root or not. */
export async function startMariadb(): Promise<Mariadb> {
  const folder = await mkdtemp(join(tmpdir(), "ostinato-mariadb-"));
  const data = join(folder, "data");
  await mkdir(data);
  const user = process.getuid?.() === 0 ? ["--user=root"] : [];
  const input = [
    "CREATE DATABASE mysql;",
    "USE mysql;",
    ...systemTables.map((file) => readFileSync(file, "utf8")),
  ].join("\n");
  const bootstrap = ["--no-defaults", "--bootstrap", `--datadir=${data}`, "--innodb-flush-method=nosync", ...user];
  const made = spawnSync(server, bootstrap, { input });
  if (made.status !== 0) throw new Error(`MariaDB could not be set up: ${made.stderr}`);
  const init = join(folder, "set-up.sql");
  await writeFile(init, setUp);
  const port = await freePort();
  const flags = [
    "--no-defaults",
    `--datadir=${data}`,
    `--socket=${join(folder, "socket")}`,
    `--init-file=${init}`,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--innodb-flush-method=nosync",
    "--innodb-flush-log-at-trx-commit=0",
    ...user,
  ];
  const child = spawn(server, flags, { stdio: "ignore" });
  const ended = once(child, "exit");
  await Promise.race([
    listening(port),
    ended.then(([code]) => Promise.reject(new Error(`MariaDB ended with ${code}`))),
  ]);
  return {
    url: `mysql+pymysql://app:p%40ss%3Aw%2Frd@127.0.0.1:${port}/shop`,
    async stop() {
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { readonly port: number };
  probe.close();
  await once(probe, "close");
  return port;
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = createConnection(port, "127.0.0.1");
    const isThere = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
