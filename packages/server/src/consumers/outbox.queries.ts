import type { Timestamp } from "@ostinato/core";
import { type SqlBool, sql } from "kysely";
import type { Database, PlaceInOrder, Reader, RowCondition, Writer } from "../db/dialect.ts";
import { insertRows } from "../db/insert-rows.ts";
import { portable } from "../db/portable.ts";
import type { NewDelivery, WrittenDelivery } from "../kernel/delivery.ts";

const columns = { kind: "text", name: "text", ref: "text", appended: "moment" } as const;

/**
 * The version is looked at by the statement that writes the events, so that none passes by an automation that was made before. It costs no
 * round trip, since nobody waits for the answer.
 */
const version = "coalesce((SELECT version FROM automation_version), 0)";
const filled = { as_of: version } as const;
const unlessAllIsStill: RowCondition<"unless_still"> = {
  fields: { unless_still: "moment" },
  condition: `(given.unless_still IS NULL OR given.unless_still <> ${version})`,
};

export async function append(
  tx: Writer,
  { deliveries, now }: { readonly deliveries: readonly NewDelivery[]; readonly now: Timestamp },
): Promise<void> {
  const rows = deliveries.map(({ kind, name, ref, unlessStill }) => ({
    kind,
    name,
    ref,
    appended: now,
    unless_still: unlessStill ?? null,
  }));
  await insertRows(tx, { into: "outbox", columns, rows, only: unlessAllIsStill, filled });
}

/** A place in the outbox. Rows are read in the order of their transactions, and within one in the order of insertion. */
export type Position = PlaceInOrder;

export interface OutboxRow extends Position, WrittenDelivery {}

export async function registerConsumers(tx: Writer, names: readonly string[], now: Timestamp): Promise<void> {
  if (names.length === 0) return;
  // A new consumer starts at the beginning: every row that it wants was written for it.
  const rows = names.map((name) => ({ name, xid: 0, seq: 0, updated: now }));
  await tx
    .insertInto("consumer")
    .values(rows)
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
}

export interface Prospect {
  /** Whether there are changes that it can handle now. */
  readonly ready: boolean;
  /** Whether there are any, some of which may have to wait for transactions that began before theirs. */
  readonly waiting: boolean;
  /** Whether rows or the consumer's progress come from another database, so that their order means nothing here. */
  readonly foreign: boolean;
  /** When the next of its failed changes is to be tried again. */
  readonly due: Timestamp | null;
}

/**
 * The pending work of a consumer. Reads a few index entries, and writes nothing. The first row that it has not passed and the last row of all are
 * asked for by their order: where PostgreSQL is asked whether there is such a row, it expects many, and walks along the whole table to find none.
 */
export async function prospectOf({ read }: Database, consumer: string): Promise<Prospect | undefined> {
  const next = sql`SELECT entry.xid FROM outbox AS entry WHERE ${portable.isAfter("entry", "consumer")}
    ORDER BY entry.xid, entry.seq LIMIT 1`;
  const last = sql`SELECT outbox.xid FROM outbox ORDER BY outbox.xid DESC, outbox.seq DESC LIMIT 1`;
  const { rows } = await sql<Record<"ready" | "waiting" | "foreign", SqlBool> & { due: Timestamp | null }>`
    SELECT next IS NOT NULL AND ${portable.isSettled("reached.next")} AS ready, next IS NOT NULL AS waiting,
      (${portable.isForeign("reached.xid")} OR EXISTS (SELECT 1 FROM (${last}) AS latest WHERE ${portable.isForeign("latest.xid")})) AS "foreign",
      (SELECT min(due) FROM failed_delivery WHERE failed_delivery.consumer = reached.name) AS due
    FROM (SELECT name, xid, (${next}) AS next FROM consumer WHERE name = ${consumer}) AS reached`.execute(read);
  const [row] = rows;
  if (row === undefined) return undefined;
  return { ready: Boolean(row.ready), waiting: Boolean(row.waiting), foreign: Boolean(row.foreign), due: row.due };
}

/** Takes the consumer's progress for this unit of work; undefined while another server has it. */
export async function holdPosition(tx: Writer, consumer: string): Promise<Position | undefined> {
  const { rows } = await sql<Position>`SELECT xid, seq FROM consumer WHERE name = ${consumer}
    ${portable.freeRowLock("consumer")}`.execute(tx);
  return rows[0];
}

interface After {
  readonly position: Position;
  readonly limit: number;
}

export async function rowsAfter(reader: Reader, { position, limit }: After): Promise<readonly OutboxRow[]> {
  const { rows } = await sql<OutboxRow>`SELECT xid, seq, kind, name, ref, as_of FROM outbox
    WHERE ${portable.isAfter("outbox", position)} AND ${portable.isSettled("outbox.xid")}
    ORDER BY xid, seq LIMIT ${limit}`.execute(reader);
  return rows;
}

/** The same, with those that have to wait for transactions which began before theirs. */
export async function allRowsAfter(reader: Reader, { position, limit }: After): Promise<readonly OutboxRow[]> {
  const { rows } = await sql<OutboxRow>`SELECT xid, seq, kind, name, ref, as_of FROM outbox
    WHERE ${portable.isAfter("outbox", position)} ORDER BY xid, seq LIMIT ${limit}`.execute(reader);
  return rows;
}

export async function movePosition(
  tx: Writer,
  consumer: string,
  { xid, seq, now }: Position & { readonly now: Timestamp },
): Promise<void> {
  await tx.updateTable("consumer").set({ xid, seq, updated: now }).where("name", "=", consumer).execute();
}

/**
 * Transaction ids are meaningless in another database, such as one that a dump was restored into. Foreign rows become this
 * transaction's, and all consumers start with the remaining rows.
 */
export async function adoptForeignRows(tx: Writer): Promise<void> {
  await sql`UPDATE outbox SET xid = pg_current_xact_id() WHERE ${portable.isForeign("outbox.xid")}`.execute(tx);
  await sql`UPDATE consumer SET xid = '0', seq = 0 WHERE ${portable.isForeign("consumer.xid")}`.execute(tx);
}

/** Deletes the next rows that every consumer has passed, and gives how many there were. */
export async function deletePassed(tx: Writer, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`DELETE FROM outbox WHERE seq IN (
    SELECT entry.seq FROM outbox AS entry
      JOIN (SELECT xid, seq FROM consumer ORDER BY xid, seq LIMIT 1) AS last ON (entry.xid, entry.seq) <= (last.xid, last.seq)
    ORDER BY entry.xid, entry.seq LIMIT ${limit})`.execute(tx);
  return Number(numAffectedRows ?? 0n);
}

const notPassed = portable.isAfter("outbox", "consumer");

/** When the oldest change was written down that a consumer has not passed; consumers that have passed all are left out. */
export async function oldestWaiting({ read }: Database): Promise<ReadonlyMap<string, Timestamp>> {
  const { rows } = await sql<{ name: string; oldest: Timestamp | null }>`SELECT name, (SELECT appended FROM outbox
      WHERE ${notPassed} ORDER BY outbox.xid, outbox.seq LIMIT 1) AS oldest FROM consumer`.execute(read);
  return new Map(rows.flatMap(({ name, oldest }) => (oldest === null ? [] : [[name, oldest]])));
}

/** A bound on counting the changes before a consumer. */
const maxCounted = 100_000;

/** How many changes each consumer has not passed. */
export async function backlogs({ slow }: Database): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ name: string; backlog: number }>`SELECT name, (SELECT count(*) FROM
      (SELECT 1 FROM outbox WHERE ${notPassed} LIMIT ${maxCounted}) AS counted) AS backlog
    FROM consumer`.execute(slow);
  return new Map(rows.map(({ name, backlog }) => [name, Number(backlog)]));
}
