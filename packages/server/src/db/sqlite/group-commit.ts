import type { Metrics } from "../../kernel/metrics.ts";

/** The connection of a group of units. */
export interface GroupConnection {
  /** Begins a transaction that may write; waits while another process writes. */
  begin(): Promise<void>;
  commit(): void;
  rollback(): void;
  savepoint(): void;
  releaseSavepoint(): void;
  rollbackToSavepoint(): void;
  /** False when the database has ended the transaction by itself, as it does on a full disk. */
  inTransaction(): boolean;
  asUnavailable(error: unknown): Error;
}

interface Unit {
  run(): Promise<void>;
  settle(): void;
  fail(error: unknown): void;
}

/** A group never holds the writer longer than this many units, so that a burst is acknowledged in steps. */
const unitsPerGroup = 256;

/**
 * Runs units of work one after the other on one connection, those that arrived together in one transaction with one
 * commit. Each stands in a savepoint of its own: one that fails takes nothing with it. A unit is acknowledged after the
 * commit, never before.
 */
export function groupCommit(
  connection: GroupConnection,
  metrics?: Pick<Metrics, "observe">,
): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: Unit[] = [];
  let draining = false;

  async function drain(): Promise<void> {
    draining = true;
    // Requests that are parsed in the same turn of the event loop join the same group.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const units = waiting.splice(0, unitsPerGroup);
      const began = performance.now();
      await runGroup(connection, units);
      metrics?.observe("commit_seconds", (performance.now() - began) / 1000);
      metrics?.observe("commit_units", units.length);
    }
    draining = false;
  }

  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push(unitOf(connection, work, resolve, reject));
      if (!draining) void drain();
    });
}

async function runGroup(connection: GroupConnection, units: readonly Unit[]): Promise<void> {
  try {
    await connection.begin();
    for (const unit of units) await unit.run();
    if (!connection.inTransaction()) throw new Error("the database ended the transaction");
    connection.commit();
  } catch (error) {
    if (connection.inTransaction()) connection.rollback();
    for (const unit of units) unit.fail(connection.asUnavailable(error));
    return;
  }
  for (const unit of units) unit.settle();
}

function unitOf<T>(
  connection: GroupConnection,
  work: () => Promise<T>,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): Unit {
  let settle = () => {};
  return {
    async run() {
      connection.savepoint();
      try {
        const value = await work();
        connection.releaseSavepoint();
        settle = () => resolve(value);
      } catch (error) {
        if (!connection.inTransaction()) throw error;
        connection.rollbackToSavepoint();
        settle = () => reject(error);
      }
    },
    settle: () => settle(),
    fail: reject,
  };
}
