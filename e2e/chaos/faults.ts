import { patiently, pause } from "./api.ts";
import type { Cluster } from "./cluster.ts";
import { putBack, removeAndSave } from "./lost-file.ts";
import type { Random } from "./random.ts";
import { askAndLeave, beginLargeBodies, beginMessages } from "./rude-clients.ts";
import type { Workers } from "./workers.ts";

export interface Fault {
  readonly name: string;
  readonly possible: (stage: Stage) => boolean;
  /** How often it comes in a round of a long run; once unless told. */
  readonly times?: number;
  /** By when the server is to be back at the latest; a minute unless told. */
  readonly withinSeconds?: number;
  /** Makes it and mends it. */
  readonly make: (stage: Stage, scene: Scene) => Promise<void>;
}

export interface Stage {
  readonly cluster: Cluster;
  /** Whether there is time for what takes a minute. */
  readonly long: boolean;
}

/** One fault while it is made. */
export interface Scene {
  readonly random: Random;
  readonly workers: Workers;
  /** The cause is gone: from here on the seconds count until everything is as before. */
  mended(): void;
  /** Where something else than the server's answer ends the recovery. */
  recovered(seconds: number): void;
  /** What there is to say of it besides. */
  tell(detail: string): void;
}

/** Until a server has made the commit that it dies with: on a busy machine many times what it takes. */
const dyingMillis = 60_000;
const lookMillis = 20;
const always = () => true;
const onPostgres = ({ cluster }: Stage) => cluster.postgres !== undefined;
const hourSeconds = 3600;
/** Others are served all the time: no server has anything to recover from. */
const rudeSeconds = 9;
const daySeconds = 24 * hourSeconds;
const seconds = (count: number) => pause(count * 1000);

/** All are made for real, but for what `afflictions.mjs` does where nothing real can be had. */
export const faults: readonly Fault[] = [
  {
    name: "server killed",
    possible: always,
    async make({ cluster }, { random, mended }) {
      const server = random.pick(cluster.servers);
      await server.kill();
      mended();
      await server.start();
    },
  },
  {
    name: "server killed between commit and publish",
    possible: always,
    times: 2,
    async make({ cluster }, { random, mended }) {
      const server = random.pick(cluster.servers);
      await server.start();
      // The witness of deletions makes such commits all the time.
      await cluster.afflictions.change({ diesAfterCommit: server.port });
      for (let waited = 0; server.isRunning && waited < dyingMillis; waited += lookMillis) await pause(lookMillis);
      await cluster.afflictions.change({ diesAfterCommit: 0 });
      if (server.isRunning) throw new Error(`A server that was to die with a commit lives after ${dyingMillis} ms`);
      mended();
      await server.start();
    },
  },
  {
    name: "flow process killed",
    possible: always,
    times: 3,
    async make(_stage, { random, workers, recovered }) {
      const took = await workers.killOne(random);
      if (took !== undefined) recovered(took);
    },
  },
  {
    name: "sockets cut in mid-frame",
    possible: always,
    async make({ cluster }, { mended, tell }) {
      tell(`${await cluster.proxy.cutMidFrame()} connections in the middle of what they carried`);
      mended();
    },
  },
  {
    name: "server out of reach",
    possible: always,
    async make({ cluster }, { random, mended }) {
      cluster.proxy.block(true);
      await seconds(random.between(1, 3));
      cluster.proxy.block(false);
      mended();
    },
  },
  {
    name: "server out of reach for a minute",
    possible: ({ long }) => long,
    async make({ cluster }, { mended }) {
      cluster.proxy.block(true);
      await seconds(60);
      cluster.proxy.block(false);
      mended();
    },
  },
  {
    name: "server suspended",
    possible: always,
    async make({ cluster }, { random, mended }) {
      const server = random.pick(cluster.servers);
      server.suspend();
      await seconds(random.between(1, 4));
      server.wake();
      mended();
    },
  },
  {
    name: "disk slow",
    possible: always,
    async make({ cluster, long }, { random, mended }) {
      await slowDisk(cluster, true);
      await seconds(random.between(2, long ? 10 : 3));
      await slowDisk(cluster, false);
      mended();
    },
  },
  {
    name: "disk full",
    possible: ({ cluster }) => cluster.disk !== undefined || cluster.postgres === undefined,
    async make({ cluster, long }, { random, mended }) {
      const { disk, afflictions } = cluster;
      if (disk === undefined) await afflictions.change({ diskFull: true });
      else await disk.fill();
      await seconds(random.between(2, long ? 15 : 3));
      if (disk === undefined) await afflictions.change({ diskFull: false });
      else await disk.free();
      mended();
    },
  },
  {
    name: "server's clock moved by an hour",
    possible: always,
    make: ({ cluster }, { random, mended }) => moveClock(cluster.afflictions, random, mended),
  },
  {
    name: "flows' clock moved by an hour",
    possible: always,
    make: ({ cluster }, { random, mended }) => moveClock(cluster.flowAfflictions, random, mended),
  },
  {
    name: "server's clock moved ahead by 400 days",
    possible: always,
    async make({ cluster }, { random, mended }) {
      await cluster.afflictions.change({ clockSeconds: 400 * daySeconds });
      // As every ten minutes by itself: what a clock says must not remove anything.
      for (const { apiUrl } of cluster.servers) await patiently(`${apiUrl}/admin/retention/run`, {});
      await seconds(random.between(1, 3));
      await cluster.afflictions.change({ clockSeconds: 0 });
      mended();
    },
  },
  {
    name: "large requests that do not come",
    possible: always,
    withinSeconds: rudeSeconds,
    make: ({ cluster }, { random, mended }) =>
      whileIgnored(cluster, { mended, forSeconds: random.between(0.5, 3) }, (port) => beginLargeBodies(port, 4)),
  },
  {
    name: "messages that do not come to their end",
    possible: always,
    withinSeconds: rudeSeconds,
    make: ({ cluster }, { random, mended }) =>
      whileIgnored(cluster, { mended, forSeconds: random.between(0.5, 3) }, (port) => beginMessages(port, 20)),
  },
  {
    name: "clients that go away in a long read",
    possible: always,
    withinSeconds: rudeSeconds,
    async make({ cluster }, { mended }) {
      await Promise.all(cluster.servers.map(({ apiUrl }) => askAndLeave(apiUrl, 60)));
      mended();
    },
  },
  {
    name: "database file removed",
    possible: ({ cluster }) => cluster.file !== undefined,
    async make({ cluster }, { mended, tell }) {
      const [server] = cluster.servers;
      if (cluster.file === undefined || server === undefined) return;
      // A server that is only just starting has nothing open yet.
      await server.start();
      const { saved, noticedAfter } = await removeAndSave(cluster.file, server);
      tell(`noticed after ${noticedAfter.toFixed(2)} s`);
      await server.kill();
      await putBack(saved, cluster.file);
      mended();
      await server.start();
    },
  },
  {
    name: "PostgreSQL may only be read, as in a failover",
    possible: onPostgres,
    async make({ cluster: { postgres } }, { random, mended }) {
      await postgres?.execute(`ALTER DATABASE ${postgres.database} SET default_transaction_read_only = on`);
      await postgres?.endConnections();
      await seconds(random.between(1, 4));
      // The connections that are open still lead to what may only be read.
      await postgres?.execute(`ALTER DATABASE ${postgres.database} RESET default_transaction_read_only`);
      mended();
    },
  },
  {
    name: "PostgreSQL gives three connections",
    possible: onPostgres,
    async make({ cluster: { postgres } }, { random, mended }) {
      await postgres?.execute(`ALTER ROLE ${postgres.role} CONNECTION LIMIT 3`);
      await postgres?.endConnections();
      await seconds(random.between(1, 4));
      await postgres?.execute(`ALTER ROLE ${postgres.role} CONNECTION LIMIT -1`);
      mended();
    },
  },
  {
    name: "PostgreSQL killed",
    possible: onPostgres,
    make: (stage, scene) => endPostgres(stage, scene, "kill"),
  },
  {
    name: "PostgreSQL stopped at once",
    possible: onPostgres,
    make: (stage, scene) => endPostgres(stage, scene, "immediate"),
  },
  {
    name: "PostgreSQL's backend killed",
    possible: onPostgres,
    async make({ cluster }, { mended }) {
      await cluster.postgres?.killBackend();
      mended();
    },
  },
];

/** Others are served meanwhile: what they wait is counted from the moment at which it has begun. */
async function whileIgnored(
  { servers }: Cluster,
  { mended, forSeconds }: Pick<Scene, "mended"> & { readonly forSeconds: number },
  begin: (port: number) => Promise<() => void>,
): Promise<void> {
  const ends = await Promise.all(servers.map(({ port }) => begin(port)));
  mended();
  await seconds(forSeconds);
  for (const end of ends) end();
}

async function endPostgres({ cluster }: Stage, { random, mended }: Scene, how: "kill" | "immediate"): Promise<void> {
  await cluster.postgres?.stop(how);
  await seconds(random.between(0.2, 2));
  await cluster.postgres?.restart();
  mended();
}

/** It stays so until the fault comes again, while others happen. */
async function moveClock(afflictions: Cluster["afflictions"], random: Random, mended: () => void): Promise<void> {
  const direction = random.pick([hourSeconds, -hourSeconds]);
  await afflictions.change({ clockSeconds: afflictions.clockSeconds === 0 ? direction : 0 });
  mended();
}

/** Each commit takes so long. PostgreSQL waits no longer than this, whatever it is told. */
const slowCommitMillis = 100;

async function slowDisk({ postgres, afflictions }: Cluster, slow: boolean): Promise<void> {
  if (postgres === undefined) return await afflictions.change({ commitMillis: slow ? slowCommitMillis : 0 });
  await postgres.execute(`ALTER SYSTEM SET commit_delay = ${slow ? slowCommitMillis * 1000 : 0}`);
  await postgres.execute("SELECT pg_reload_conf()");
}

/** Puts right what lasts from one fault to another. */
export async function mendAll({ afflictions, flowAfflictions }: Cluster): Promise<void> {
  for (const each of [afflictions, flowAfflictions]) await each.change({ clockSeconds: 0 });
}
