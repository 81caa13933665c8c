import { timeOrderedId } from "@ostinato/core";
import type { DatabaseFile } from "../db/dialect.ts";
import type { Context } from "../kernel/context.ts";
import { createSilence } from "../kernel/silence.ts";
import { unit } from "../kernel/unit.ts";
import * as queries from "./leases.queries.ts";

/** How often a server shows that it lives, and looks whether others do. */
export const renewSeconds = 1.5;
/** A holder that has not renewed for this long has lost its leases, before any other server takes them. */
const heldSeconds = 3 * renewSeconds;

/** The right to do the work of a loop, which one of several servers has. */
export interface Lease {
  readonly held: boolean;
}

/** The leases of a server. */
export interface Leases {
  /** Tries to get a lease, and to get it back, for as long as the server runs. `gained` is called when it has got it. */
  contend(name: string, gained: () => void): Lease;
  /** Renews the leases of this server, and takes free ones. */
  tick(): Promise<void>;
  start(): void;
  /** Releases the leases of this server. */
  stop(): Promise<void>;
}

/**
 * On SQLite one process serves the file, which it has claimed for as long as it lives. On PostgreSQL a row says who holds a lease,
 * and its `beat` grows while that server lives: others measure its silence by their own even seconds, as they do with runs,
 * since clocks may be wrong.
 */
export function createLeases(context: Context): Leases {
  const { db } = context;
  const { file } = db;
  const contenders = new Map<string, () => void>();
  const holding = file === undefined ? heldByRows(context, contenders) : heldByClaim(file, contenders);
  return { ...repeated(context, holding), contend: (name, gained) => contend(contenders, holding, { name, gained }) };
}

interface Holding {
  isHeld(name: string): boolean;
  tick(): Promise<void>;
  giveBack(): Promise<void>;
}

type Contenders = Map<string, () => void>;

function contend(
  contenders: Contenders,
  holding: Holding,
  { name, gained }: { readonly name: string; readonly gained: () => void },
): Lease {
  contenders.set(name, gained);
  return {
    get held() {
      return holding.isHeld(name);
    },
  };
}

function repeated({ clock, log }: Context, holding: Holding): Omit<Leases, "contend"> {
  let cancel = () => {};
  let started = false;
  let running: Promise<void> = Promise.resolve();

  async function tick(): Promise<void> {
    try {
      await holding.tick();
    } catch (error) {
      log.warn({ err: error }, "leases of loops could not be renewed, it is tried again");
    }
  }

  function run(): void {
    running = tick().then(() => {
      if (started) cancel = clock.after(renewSeconds, run);
    });
  }

  return {
    tick,
    start() {
      started = true;
      run();
    },
    async stop() {
      started = false;
      cancel();
      await running;
      await holding.giveBack().catch(() => {
        // They end by themselves when nobody renews them.
      });
    },
  };
}

function heldByClaim(file: DatabaseFile, contenders: Contenders): Holding {
  let claimed = false;
  return {
    isHeld: () => claimed,
    async tick() {
      if (claimed || !file.claim()) return;
      claimed = true;
      for (const gained of contenders.values()) gained();
    },
    async giveBack() {
      claimed = false;
    },
  };
}

function heldByRows(context: Context, contenders: Contenders): Holding {
  const { db, clock } = context;
  const self = timeOrderedId(clock.now());
  const silence = createSilence(renewSeconds);
  let held: ReadonlySet<string> = new Set();
  let renewedAt = Number.NEGATIVE_INFINITY;
  const isHeld = (name: string) => held.has(name) && clock.elapsed() - renewedAt < heldSeconds;

  /** Leases without a holder, or whose holder has been silent for too long. */
  async function free(): Promise<readonly (readonly [name: string, seen: queries.LeaseRow | undefined])[]> {
    const names = [...contenders.keys()];
    const rows = names.length === 0 ? [] : await queries.leasesNamed(db.read, names);
    const others = rows.filter(({ holder }) => holder !== self);
    const seen = others.map(({ name: id, holder, beat }) => ({
      id,
      sign: `${holder} ${beat}`,
      intervalSeconds: renewSeconds,
    }));
    const lost = new Set(silence.look(seen, clock.elapsed()).flatMap(({ id, lost }) => (lost ? [id] : [])));
    const byName = new Map(rows.map((row) => [row.name, row]));
    return names
      .map((name) => [name, byName.get(name)] as const)
      .filter(([name, row]) => row === undefined || lost.has(name));
  }

  return {
    isHeld,
    async tick() {
      const before = new Set([...contenders.keys()].filter(isHeld));
      const open = await free();
      if (before.size === 0 && open.length === 0 && held.size === 0) return;
      const begun = clock.elapsed();
      const holds = await unit(context, async ({ tx }) => {
        const now = new Set(await queries.renewLeases(tx, self));
        for (const [name, seen] of open) {
          const taken = seen === undefined ? queries.takeFree(tx, name, self) : queries.takeOver(tx, seen, self);
          if (await taken) now.add(name);
        }
        return now;
      });
      held = holds;
      renewedAt = begun;
      for (const [name, gained] of contenders) if (held.has(name) && !before.has(name)) gained();
    },
    async giveBack() {
      if (held.size > 0) await unit(context, ({ tx }) => queries.giveBack(tx, self));
      held = new Set();
    },
  };
}
