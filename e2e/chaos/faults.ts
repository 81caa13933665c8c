import { patiently, pause } from "./api.ts";
import type { Background } from "./background.ts";
import { askAndLeave, beginLargeBodies, beginMessages } from "./broken-clients.ts";
import type { Cluster } from "./cluster.ts";
import { putBack, removeAndSave } from "./lost-file.ts";
import type { Pauses } from "./pauses.ts";
import type { Pool } from "./pool.ts";
import type { Random } from "./random.ts";
import type { Serving } from "./serving.ts";
import type { Slots } from "./slots.ts";
import type { Workers } from "./workers.ts";

export interface Fault {
  readonly name: string;
  readonly possible: (target: FaultTarget) => boolean;
  /** Times per round of a long run; 1 by default. */
  readonly times?: number;
  /** Seconds within which the server must recover; 60 by default. */
  readonly withinSeconds?: number;
  /** Injects the fault and repairs it. */
  readonly make: (target: FaultTarget, faultRun: FaultRun) => Promise<void>;
}

export interface FaultTarget {
  readonly cluster: Cluster;
  /** Whether there is time for faults of a minute. */
  readonly long: boolean;
}

/** What runs while faults are injected. */
export interface Load {
  readonly workers: Workers;
  readonly serving: Serving;
  readonly pool: Pool;
  readonly slots: Slots;
  readonly background: Background;
  readonly pauses: Pauses;
}

/** One fault while it is injected, with its callbacks. */
export interface FaultRun extends Load {
  readonly random: Random;
  /** Marks the end of the cause: the time of the recovery starts here. */
  mended(): void;
  /** Overrides the time of the recovery, where it is not the server's next answer. */
  recovered(seconds: number): void;
  /** Adds a remark to the output. */
  note(detail: string): void;
}

/** Patience until a server makes the commit with which it is killed, generous for busy machines. */
const dyingMillis = 60_000;
const lookMillis = 20;
const always = () => true;
const onPostgres = ({ cluster }: FaultTarget) => cluster.postgres !== undefined;
const hourSeconds = 3600;
/** Other clients are served all the time: the server has nothing to recover from. */
const brokenClientSeconds = 9;
const daySeconds = 24 * hourSeconds;
const seconds = (count: number) => pause(count * 1000);
/** In the short form, a fault lasts for a part of its time. */
const shortPart = 0.4;
const lasting = ({ long }: FaultTarget, count: number) => seconds(long ? count : count * shortPart);

/** All faults are real, except for those of `injection.mjs` where a real one is impossible. */
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
      // The recorder of deletions makes such commits all the time.
      await cluster.injection.change({ diesAfterCommit: server.port });
      for (let waited = 0; server.isRunning && waited < dyingMillis; waited += lookMillis) await pause(lookMillis);
      await cluster.injection.change({ diesAfterCommit: 0 });
      if (server.isRunning)
        throw new Error(`A server that should have died with a commit is alive after ${dyingMillis} ms`);
      mended();
      await server.start();
    },
  },
  {
    name: "server stopped",
    possible: always,
    async make({ cluster }, { random, mended }) {
      const server = random.pick(cluster.servers);
      await server.stop();
      mended();
      await server.start();
    },
  },
  {
    name: "all servers killed",
    possible: onPostgres,
    async make({ cluster }, { mended }) {
      await Promise.all(cluster.servers.map((server) => server.kill()));
      mended();
      await Promise.all(cluster.servers.map((server) => server.start()));
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
    name: "serving process killed",
    possible: always,
    times: 2,
    async make(_stage, { random, serving, recovered }) {
      recovered(await serving.killServingProcess(random));
    },
  },
  {
    name: "process of a served run killed",
    possible: always,
    times: 3,
    withinSeconds: 30,
    async make(_stage, { random, serving, recovered }) {
      const took = await serving.killRunProcess(random);
      if (took !== undefined) recovered(took);
    },
  },
  {
    name: "worker killed",
    possible: always,
    times: 2,
    async make(_stage, { random, pool, recovered }) {
      recovered(await pool.killWorker(random));
    },
  },
  {
    name: "worker drained",
    possible: always,
    async make(_stage, { random, pool, recovered }) {
      recovered(await pool.drainWorker(random));
    },
  },
  {
    name: "process of a worker's run killed",
    possible: always,
    times: 3,
    withinSeconds: 30,
    async make(_stage, { random, pool, recovered }) {
      const took = await pool.killRunProcess(random);
      if (took !== undefined) recovered(took);
    },
  },
  {
    name: "work pool paused",
    possible: always,
    async make({ long }, { random, pool, mended }) {
      await pool.pause(random.between(1, long ? 5 : 1.5));
      mended();
    },
  },
  {
    name: "limit of a work pool changed",
    possible: always,
    times: 2,
    async make(_stage, { random, pool, note, mended }) {
      note(await pool.changeLimit(random));
      mended();
    },
  },
  {
    name: "holder of a slot killed",
    possible: always,
    times: 3,
    withinSeconds: 30,
    async make(_stage, { random, slots, recovered }) {
      const took = await slots.killHolder(random);
      if (took !== undefined) recovered(took);
    },
  },
  {
    name: "worker of background tasks killed",
    possible: always,
    times: 3,
    withinSeconds: 30,
    async make(_stage, { random, background, recovered }) {
      const took = await background.killWorker(random);
      if (took !== undefined) recovered(took);
    },
  },
  {
    name: "worker of background tasks drained",
    possible: always,
    async make(_stage, { random, background, recovered }) {
      recovered(await background.drainWorker(random));
    },
  },
  {
    name: "process that waits for answers killed",
    possible: always,
    times: 2,
    async make(_stage, { pauses, recovered }) {
      recovered(await pauses.killAsker());
    },
  },
  {
    name: "sockets cut in mid-frame",
    possible: always,
    async make({ cluster }, { mended, note }) {
      note(`${await cluster.proxy.cutMidFrame()} connections in the middle of what they carried`);
      mended();
    },
  },
  {
    name: "server out of reach",
    possible: always,
    async make(target, { random, mended }) {
      const { cluster } = target;
      cluster.proxy.block(true);
      await lasting(target, random.between(1, 3));
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
    async make(target, { random, mended }) {
      const server = random.pick(target.cluster.servers);
      server.suspend();
      await lasting(target, random.between(1, 4));
      server.wake();
      mended();
    },
  },
  {
    name: "disk slow",
    possible: always,
    async make(target, { random, mended }) {
      const { cluster, long } = target;
      await slowDisk(cluster, true);
      await lasting(target, random.between(2, long ? 10 : 3));
      await slowDisk(cluster, false);
      mended();
    },
  },
  {
    name: "disk full",
    possible: ({ cluster }) => cluster.disk !== undefined || cluster.postgres === undefined,
    async make(target, { random, mended }) {
      const { disk, injection } = target.cluster;
      if (disk === undefined) await injection.change({ diskFull: true });
      else await disk.fill();
      await lasting(target, random.between(2, target.long ? 15 : 3));
      if (disk === undefined) await injection.change({ diskFull: false });
      else await disk.free();
      mended();
    },
  },
  {
    name: "server's clock moved by an hour",
    possible: always,
    make: ({ cluster }, { random, mended }) => moveClock(cluster.injection, random, mended),
  },
  {
    name: "flows' clock moved by an hour",
    possible: always,
    make: ({ cluster }, { random, mended }) => moveClock(cluster.flowInjection, random, mended),
  },
  {
    name: "server's clock moved ahead by 400 days",
    possible: always,
    async make(target, { random, mended }) {
      const { cluster } = target;
      await cluster.injection.change({ clockSeconds: 400 * daySeconds });
      // As the server does every ten minutes: a moved clock must not remove anything.
      for (const { apiUrl } of cluster.servers) await patiently(`${apiUrl}/admin/retention/run`, {});
      await lasting(target, random.between(1, 3));
      await cluster.injection.change({ clockSeconds: 0 });
      mended();
    },
  },
  {
    name: "large requests that do not come",
    possible: always,
    withinSeconds: brokenClientSeconds,
    make: (target, { random, mended }) =>
      whileIgnored(target, { mended, forSeconds: random.between(0.5, 3) }, (port) => beginLargeBodies(port, 4)),
  },
  {
    name: "messages that do not come to their end",
    possible: always,
    withinSeconds: brokenClientSeconds,
    make: (target, { random, mended }) =>
      whileIgnored(target, { mended, forSeconds: random.between(0.5, 3) }, (port) => beginMessages(port, 20)),
  },
  {
    name: "clients that go away in a long read",
    possible: always,
    withinSeconds: brokenClientSeconds,
    async make({ cluster }, { mended }) {
      await Promise.all(cluster.servers.map(({ apiUrl }) => askAndLeave(apiUrl, 60)));
      mended();
    },
  },
  {
    name: "database file removed",
    possible: ({ cluster }) => cluster.file !== undefined,
    async make({ cluster }, { mended, note }) {
      const [server] = cluster.servers;
      if (cluster.file === undefined || server === undefined) return;
      // A server that is still starting has nothing open.
      await server.start();
      const { saved, noticedAfter } = await removeAndSave(cluster.file, server);
      note(`noticed after ${noticedAfter.toFixed(2)} s`);
      await server.kill();
      await putBack(saved, cluster.file);
      mended();
      await server.start();
    },
  },
  {
    name: "PostgreSQL may only be read, as in a failover",
    possible: onPostgres,
    async make(target, { random, mended }) {
      const { postgres } = target.cluster;
      await postgres?.execute(`ALTER DATABASE ${postgres.database} SET default_transaction_read_only = on`);
      await postgres?.endConnections();
      await lasting(target, random.between(1, 4));
      // Connections that are still open lead to the read-only database.
      await postgres?.execute(`ALTER DATABASE ${postgres.database} RESET default_transaction_read_only`);
      mended();
    },
  },
  {
    name: "PostgreSQL gives three connections",
    possible: onPostgres,
    async make(target, { random, mended }) {
      const { postgres } = target.cluster;
      await postgres?.execute(`ALTER ROLE ${postgres.role} CONNECTION LIMIT 3`);
      await postgres?.endConnections();
      await lasting(target, random.between(1, 4));
      await postgres?.execute(`ALTER ROLE ${postgres.role} CONNECTION LIMIT -1`);
      mended();
    },
  },
  {
    name: "PostgreSQL killed",
    possible: onPostgres,
    make: (target, faultRun) => endPostgres(target, faultRun, "kill"),
  },
  {
    name: "PostgreSQL stopped at once",
    possible: onPostgres,
    make: (target, faultRun) => endPostgres(target, faultRun, "immediate"),
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

/** Other clients are served meanwhile: their waits count from the start of the fault. */
async function whileIgnored(
  target: FaultTarget,
  { mended, forSeconds }: Pick<FaultRun, "mended"> & { readonly forSeconds: number },
  begin: (port: number) => Promise<() => void>,
): Promise<void> {
  const ends = await Promise.all(target.cluster.servers.map(({ port }) => begin(port)));
  mended();
  await lasting(target, forSeconds);
  for (const end of ends) end();
}

async function endPostgres(
  target: FaultTarget,
  { random, mended }: FaultRun,
  how: "kill" | "immediate",
): Promise<void> {
  const { postgres } = target.cluster;
  await postgres?.stop(how);
  await lasting(target, random.between(0.2, 2));
  await postgres?.restart();
  mended();
}

/** The clock stays moved until the next occurrence of the fault, while other faults happen. */
async function moveClock(injection: Cluster["injection"], random: Random, mended: () => void): Promise<void> {
  const direction = random.pick([hourSeconds, -hourSeconds]);
  await injection.change({ clockSeconds: injection.clockSeconds === 0 ? direction : 0 });
  mended();
}

/** The duration of each commit. PostgreSQL's setting has this maximum. */
const slowCommitMillis = 100;

async function slowDisk({ postgres, injection }: Cluster, slow: boolean): Promise<void> {
  if (postgres === undefined) return await injection.change({ commitMillis: slow ? slowCommitMillis : 0 });
  await postgres.execute(`ALTER SYSTEM SET commit_delay = ${slow ? slowCommitMillis * 1000 : 0}`);
  await postgres.execute("SELECT pg_reload_conf()");
}

/** Repairs faults that last beyond their own injection. */
export async function mendAll({ injection, flowInjection }: Cluster): Promise<void> {
  for (const each of [injection, flowInjection]) await each.change({ clockSeconds: 0 });
}
