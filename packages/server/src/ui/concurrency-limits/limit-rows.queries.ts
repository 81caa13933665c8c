import { stateNames, type Timestamp } from "@ostinato/core";
import type { LimitKind } from "@ostinato/protocol";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import { everything, join } from "../../criteria/conditions.queries.ts";
import type { Flag } from "../../db/columns.ts";
import type { Reader } from "../../db/dialect.ts";
import { holdsNow, leaseTime } from "../../db/lease-clock.ts";
import { idRows, portable } from "../../db/portable.ts";
import { isNamed } from "../../db/state-sql.ts";

export interface LimitQuery {
  readonly text?: string | undefined;
  readonly kinds?: readonly LimitKind[] | undefined;
  readonly awaited?: boolean;
  readonly limit: number;
  readonly offset: number;
}

export interface LimitInList {
  readonly id: string;
  readonly created: Timestamp;
  readonly updated: Timestamp;
  readonly name: string;
  readonly active: Flag;
  readonly max_slots: number;
  readonly slot_decay_per_second: number;
  readonly filled: number;
  readonly filled_at: Timestamp | null;
  readonly kind: LimitKind;
}

const limitOfDeployment = sql<SqlBool>`(substr(concurrency_limit.name, 1, 11) = 'deployment:' AND EXISTS
  (SELECT 1 FROM deployment WHERE deployment.concurrency_limit_id = concurrency_limit.id))`;

const kind: RawBuilder<LimitKind> = sql`CASE WHEN concurrency_limit.keyed = 1 THEN 'key'
  WHEN substr(concurrency_limit.name, 1, 4) = 'tag:' THEN 'tag' WHEN ${limitOfDeployment} THEN 'deployment' ELSE 'global' END`;

const columns = sql`concurrency_limit.id, concurrency_limit.created, concurrency_limit.updated, concurrency_limit.name,
  concurrency_limit.active, concurrency_limit.max_slots, concurrency_limit.slot_decay_per_second, concurrency_limit.filled,
  concurrency_limit.filled_at, ${kind} AS kind`;

const isAwaited = sql<SqlBool>`(EXISTS (SELECT 1 FROM concurrency_waiter AS waiter
    WHERE waiter.limit_id = concurrency_limit.id AND waiter.ends_at > ${leaseTime})
  OR EXISTS (SELECT 1 FROM deployment JOIN flow_run ON flow_run.deployment_id = deployment.id
    WHERE deployment.concurrency_limit_id = concurrency_limit.id
      AND ${isNamed("flow_run.state_name", stateNames.awaitingConcurrencySlot)}))`;

/** No kinds at all find nothing; PostgreSQL refuses an empty list. */
function isOneOf(kinds: readonly LimitKind[]): RawBuilder<SqlBool> {
  return kinds.length === 0 ? sql`1 = 0` : sql`${kind} IN (${sql.join(kinds.map((one) => sql.lit(one)))})`;
}

function matching({ text, kinds, awaited }: Omit<LimitQuery, "limit" | "offset">): RawBuilder<SqlBool> {
  const conditions = [
    text === undefined ? undefined : portable.contains("concurrency_limit.name", text),
    kinds === undefined ? undefined : isOneOf(kinds),
    awaited === true ? isAwaited : undefined,
  ];
  return join(conditions, "and_") ?? everything;
}

export async function limitsInList(reader: Reader, query: LimitQuery): Promise<readonly LimitInList[]> {
  const { rows } = await sql<LimitInList>`SELECT ${columns} FROM concurrency_limit WHERE ${matching(query)}
    ORDER BY concurrency_limit.name, concurrency_limit.id LIMIT ${query.limit} OFFSET ${query.offset}`.execute(reader);
  return rows;
}

export async function limitInList(reader: Reader, id: string): Promise<LimitInList | undefined> {
  const { rows } = await sql<LimitInList>`SELECT ${columns} FROM concurrency_limit WHERE id = ${id}`.execute(reader);
  return rows[0];
}

export async function countLimits(reader: Reader, query: Omit<LimitQuery, "limit" | "offset">): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM concurrency_limit
    WHERE ${matching(query)}`.execute(reader);
  return Number(rows[0]?.count ?? 0);
}

export async function countKinds(reader: Reader): Promise<readonly { kind: LimitKind; count: number }[]> {
  const { rows } = await sql<{ kind: LimitKind; count: number }>`SELECT kind, count(*) AS count
    FROM (SELECT ${kind} AS kind FROM concurrency_limit) AS kinds GROUP BY kind`.execute(reader);
  return rows.map((row) => ({ kind: row.kind, count: Number(row.count) }));
}

export interface SlotsTaken {
  readonly id: string;
  readonly slots: number;
  /** When the latest of them were taken. */
  readonly last_taken: Timestamp;
  readonly leases: number;
}

export async function slotsTaken(reader: Reader, limitIds: readonly string[]): Promise<readonly SlotsTaken[]> {
  const { rows } = await sql<SlotsTaken>`SELECT wanted.id, sum(slot.slots) AS slots, max(lease.created) AS last_taken,
      count(*) AS leases
    FROM ${idRows(limitIds)} AS wanted JOIN concurrency_slot AS slot ON slot.limit_id = wanted.id
    JOIN concurrency_lease AS lease ON lease.id = slot.lease_id
    WHERE ${holdsNow("lease")} GROUP BY wanted.id`.execute(reader);
  return rows.map((row) => ({
    ...row,
    slots: Number(row.slots),
    leases: Number(row.leases),
    last_taken: Number(row.last_taken) as Timestamp,
  }));
}

export interface Line {
  readonly id: string;
  readonly waiting: number;
  readonly since: Timestamp;
  /** Since when one has waited that wants one slot of this limit alone: it would have had it, had one been free. */
  readonly denied_since: Timestamp | null;
}

/** The lines of programs and tasks, which are kept as waiters. */
export async function linesOfLimits(reader: Reader, limitIds: readonly string[]): Promise<readonly Line[]> {
  const elsewhere = sql<SqlBool>`EXISTS (SELECT 1 FROM concurrency_waiter AS other
    WHERE other.waiter_id = waiter.waiter_id AND other.limit_id <> waiter.limit_id)`;
  const { rows } = await sql<Line>`SELECT wanted.id, count(*) AS waiting, min(waiter.created) AS since,
      min(CASE WHEN waiter.slots = 1 AND NOT ${elsewhere} THEN waiter.created END) AS denied_since
    FROM ${idRows(limitIds)} AS wanted JOIN concurrency_waiter AS waiter ON waiter.limit_id = wanted.id
    WHERE waiter.ends_at > ${leaseTime} GROUP BY wanted.id`.execute(reader);
  return rows.map(lineOf);
}

/** The lines of runs whose deployments have the limits. */
export async function linesOfDeployments(reader: Reader, limitIds: readonly string[]): Promise<readonly Line[]> {
  const { rows } = await sql<Line>`SELECT wanted.id, count(*) AS waiting, min(flow_run.expected_start_time) AS since,
      NULL AS denied_since
    FROM ${idRows(limitIds)} AS wanted JOIN deployment ON deployment.concurrency_limit_id = wanted.id
    JOIN flow_run ON flow_run.deployment_id = deployment.id
    WHERE ${isNamed("flow_run.state_name", stateNames.awaitingConcurrencySlot)} GROUP BY wanted.id`.execute(reader);
  return rows.map(lineOf);
}

function lineOf({ id, waiting, since, denied_since }: Line): Line {
  return {
    id,
    waiting: Number(waiting),
    since: Number(since) as Timestamp,
    denied_since: denied_since === null ? null : (Number(denied_since) as Timestamp),
  };
}

export interface DeploymentOfLimit {
  readonly limit_id: string;
  readonly id: string;
  readonly name: string;
  readonly flow_name: string;
}

/** The deployments with these limits, by name. */
export async function deploymentsOfLimits(
  reader: Reader,
  limitIds: readonly string[],
  limit: number,
): Promise<readonly DeploymentOfLimit[]> {
  const { rows } = await sql<DeploymentOfLimit>`
    SELECT wanted.id AS limit_id, deployment.id, deployment.name, flow.name AS flow_name
    FROM ${idRows(limitIds)} AS wanted JOIN deployment ON deployment.concurrency_limit_id = wanted.id
    JOIN flow ON flow.id = deployment.flow_id
    ORDER BY flow.name, deployment.name, deployment.id LIMIT ${limit}`.execute(reader);
  return rows;
}
