import type pg from "pg";
import type { Metrics } from "../../kernel/metrics.ts";
import type { Work } from "../dialect.ts";
import type { KnownChange } from "../known-change.ts";
import type { NamedStatement } from "../statement-name.ts";
import { commit, type Identity, identify, type LostCommit, type ResolveLostCommit } from "./commit.ts";
import { cutOff, keepProcessAlive } from "./keep-alive.ts";
import type { KnownChanges } from "./known-changes.ts";
import { writersBy } from "./writer.ts";

export interface Groups {
  /**
   * Runs a unit of work in a transaction with others. Resolves when that is durable, with `alone` where nothing of the unit
   * was kept and it is to be run in a transaction of its own. Units of a group are begun in the order of their keys, so that
   * the groups of two servers take the locks of rows in the same order.
   */
  run<T>(work: Work<T>, key: string): Promise<T | typeof alone>;
  /** Runs a unit that changes a row which is remembered, in one statement with others. */
  change<T>(work: Work<T>, change: KnownChange): Promise<T>;
  /** Gives its connection back, and opens another for the next group. */
  renew(): void;
  /** Gives its connection to others, and does without for a while: units are run alone meanwhile. */
  rest(): void;
  /** Cuts its connection off. */
  abandon(): void;
  close(): Promise<void>;
}

export const alone = Symbol("to be run alone");

export interface GroupOptions {
  /** A client in pipeline mode, not yet connected. */
  readonly client: () => pg.Client;
  readonly resolveLostCommit: ResolveLostCommit;
  readonly changes: KnownChanges;
  readonly metrics?: Pick<Metrics, "observe"> | undefined;
}

/** Bounds a group, so that a burst is acknowledged in steps and row locks are short. */
const unitsPerGroup = 64;

/** The pause before a refused connection is requested again. */
const restMillis = 5000;

/**
 * Units of work that arrive together run side by side in one transaction: what each of them asks is sent with what the others
 * ask, without waiting for answers, and the commit is one. Measured, sixteen units cost half as much CPU as apart.
 *
 * They have no savepoints, which would make them wait for each other. Where a statement fails, or a unit throws after it has
 * written, the transaction is rolled back and each of its units is run alone. Since a transaction does not lock its rows
 * against itself, a unit that meets a row that another one of the group holds is left out and run alone.
 */
export function postgresGroups({ client: newClient, resolveLostCommit, changes, metrics }: GroupOptions): Groups {
  const waiting: Unit[] = [];
  let draining = false;
  let client: pg.Client | undefined;
  let connecting: Promise<void> | undefined;
  let restsUntil = 0;
  let stale = false;

  async function connect(): Promise<void> {
    const fresh = newClient();
    // Its queries fail too, and their units are run elsewhere.
    fresh.on("error", () => {});
    fresh.once("end", () => {
      if (client === fresh) client = undefined;
    });
    await fresh.connect();
    if (performance.now() < restsUntil) return await fresh.end();
    // Between groups it keeps no process alive.
    keepProcessAlive(fresh, draining);
    client = fresh;
  }

  function rest(): void {
    restsUntil = performance.now() + restMillis;
    renew();
  }

  /** Waits for the end of the group. */
  function renew(): void {
    stale = true;
    if (!draining) letGo();
  }

  function letGo(): void {
    void client?.end().catch(() => {});
    client = undefined;
    stale = false;
  }

  function connectInBackground(): void {
    if (performance.now() < restsUntil) return;
    connecting ??= connect()
      .catch(rest)
      .finally(() => {
        connecting = undefined;
      });
  }

  async function drain(): Promise<void> {
    draining = true;
    keepProcessAlive(client, true);
    // Requests that are parsed in the same turn of the event loop join the same group.
    await nextTurn();
    while (waiting.length > 0 || changes.waiting > 0) {
      if (stale) letGo();
      if (changes.waiting > 0) {
        if (client === undefined) connectInBackground();
        await changes.send(client);
      }
      if (waiting.length === 0) continue;
      const units = waiting.splice(0, unitsPerGroup).sort((a, b) => (a.key < b.key ? -1 : 1));
      if (client === undefined) {
        // Nobody waits for a connection here: the pool knows how long to be patient.
        connectInBackground();
        for (const unit of units) unit.leave();
        continue;
      }
      const began = performance.now();
      await runGroup(client, units, resolveLostCommit);
      metrics?.observe("commit_seconds", (performance.now() - began) / 1000);
      metrics?.observe("commit_units", units.length);
      await nextTurn();
    }
    draining = false;
    keepProcessAlive(client, false);
  }

  const drainSoon = () => {
    if (!draining) void drain();
  };

  connectInBackground();
  return {
    run: (work, key) =>
      new Promise((resolve, reject) => {
        waiting.push(unitOf(work, key, { resolve, reject }));
        drainSoon();
      }),
    change: (work, change) => changes.add(work, change, drainSoon),
    renew,
    rest,
    abandon: () => cutOff(client),
    async close() {
      await connecting;
      await client?.end().catch(() => {});
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

type Writers = Parameters<Work<unknown>>;

interface Unit {
  readonly key: string;
  /** Runs the work and returns how it ended; never throws. */
  run(...writers: Writers): Promise<Ending>;
  leave(): void;
  /** Tells the caller that nobody knows whether the unit was kept. */
  fail(error: unknown): void;
}

interface Ending {
  readonly failed: boolean;
  /** Tells the caller; called when the transaction is durable. */
  settle(): void;
}

interface Caller<T> {
  resolve(value: T | typeof alone): void;
  reject(error: unknown): void;
}

function unitOf<T>(work: Work<T>, key: string, { resolve, reject }: Caller<T>): Unit {
  return {
    key,
    async run(...writers) {
      try {
        const value = await work(...writers);
        return { failed: false, settle: () => resolve(value) };
      } catch (error) {
        return { failed: true, settle: () => reject(error) };
      }
    },
    leave: () => resolve(alone),
    fail: reject,
  };
}

/** Thrown into a unit that meets a row which another unit of its group has locked: the values that it read may be changing. */
class HeldByAnother extends Error {
  override readonly name = "HeldByAnother";
}

/** A unit's part of what its group does. */
interface Share {
  wrote: boolean;
  /** Whether the unit must run alone. */
  left: boolean;
}

interface Group {
  readonly client: pg.Client;
  /** The unit that has locked each row. */
  readonly holders: Map<string, Share>;
  /** Whether a statement, and with it the transaction, has failed. */
  broken: boolean;
}

async function runGroup(
  client: pg.Client,
  units: readonly Unit[],
  resolveLostCommit: ResolveLostCommit,
): Promise<void> {
  const group: Group = { client, holders: new Map(), broken: false };
  const spoil = () => {
    group.broken = true;
  };
  const begun = client.query("BEGIN").catch(spoil);
  const identity = identify(client);
  identity.catch(spoil);
  const ended = await Promise.all(
    units.map(async (unit) => {
      const share: Share = { wrote: false, left: false };
      return { unit, share, ending: await unit.run(...writersFor(group, share)) };
    }),
  );
  await begun;
  const isSpoilt = ended.some(({ share, ending }) => share.wrote && (share.left || ending.failed));
  const done = !group.broken && !isSpoilt && (await committed(client, identity));
  const settle = (kept: boolean) => {
    for (const { unit, share, ending } of ended) {
      if (kept && !share.left) ending.settle();
      else unit.leave();
    }
  };
  if (typeof done === "object") {
    // Other units need not wait for the answer.
    void resolveLostCommit(done).then(settle, (error) => {
      for (const { unit, share } of ended) share.left ? unit.leave() : unit.fail(error);
    });
    return;
  }
  if (!done) await client.query("ROLLBACK").catch(() => {});
  settle(done);
}

/** Returns whether the transaction is durable, or its identity if the connection broke before the answer. */
async function committed(client: pg.Client, identity: Promise<Identity>): Promise<boolean | LostCommit> {
  try {
    return (await commit(client, await identity)) ?? true;
  } catch {
    return false;
  }
}

function writersFor(group: Group, share: Share): Writers {
  const run = (statement: NamedStatement) => {
    const kind = kindOf(statement.text);
    if (kind === "write") share.wrote = true;
    const answer = group.client.query(statement);
    answer.catch(() => {
      group.broken = true;
    });
    return { kind, answer };
  };
  return writersBy({
    async ask(statement) {
      const { kind, answer } = run(statement);
      const { rows, command, rowCount } = await answer;
      if (kind === "lock" && !holds(group.holders, share, rows)) {
        share.left = true;
        throw new HeldByAnother("Another unit of the group holds the row");
      }
      return command === "SELECT" ? { rows } : { rows, numAffectedRows: BigInt(rowCount ?? 0) };
    },
    // Nothing waits for its answer but the commit.
    defer: run,
  });
}

/** Notes that the unit has locked these rows; false if another unit has one of them, or if a row has no id. */
function holds(holders: Map<string, Share>, share: Share, rows: readonly { readonly id?: unknown }[]): boolean {
  for (const { id } of rows) {
    if (typeof id !== "string") return false;
    const holder = holders.get(id) ?? share;
    if (holder !== share) return false;
    holders.set(id, share);
  }
  return true;
}

type Kind = "read" | "lock" | "write";

const kinds = new Map<string, Kind>();

function kindOf(text: string): Kind {
  let kind = kinds.get(text);
  if (kind === undefined) {
    kind = "write";
    if (/^\s*select\b/i.test(text)) kind = /\bfor no key update\b|\block\(/i.test(text) ? "lock" : "read";
    if (kinds.size > 5000) kinds.clear();
    kinds.set(text, kind);
  }
  return kind;
}
