import type { Cluster } from "./cluster.ts";
import type { Random } from "./random.ts";
import type { Workers } from "./workers.ts";

export interface Fault {
  readonly name: string;
  readonly possible: (cluster: Cluster) => boolean;
  /** Makes it and mends it. Resolves when the server answers again. */
  readonly make: (cluster: Cluster, random: Random, workers: Workers) => Promise<void>;
}

const always = () => true;
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Each is made for real. */
export const faults: readonly Fault[] = [
  {
    name: "the server is killed",
    possible: always,
    async make({ servers, proxy }) {
      const [first, second] = servers;
      await first?.kill();
      // With a second server on the database, everybody goes there until the first is back.
      if (second !== undefined) proxy.aim(second.port);
      await first?.start();
      if (first !== undefined) proxy.aim(first.port);
    },
  },
  {
    name: "a flow's process is killed",
    possible: always,
    make: async (_cluster, random, workers) => workers.killOne(random),
  },
  {
    name: "all sockets are cut",
    possible: always,
    make: async ({ proxy }) => proxy.cut(),
  },
  {
    name: "the server is out of reach",
    possible: always,
    async make({ proxy }, random) {
      proxy.block(true);
      await pause(random.between(1, 8));
      proxy.block(false);
    },
  },
  {
    name: "the database is killed",
    possible: ({ postgres }) => postgres !== undefined,
    async make({ postgres }, random) {
      await postgres?.stop("immediate");
      await pause(random.between(0.2, 3));
      await postgres?.restart();
    },
  },
  {
    name: "the clock is moved by an hour",
    possible: always,
    async make(cluster, random) {
      await cluster.shiftClock(random.pick([3600, -3600]));
      await pause(random.between(1, 3));
      await cluster.shiftClock(0);
    },
  },
];
