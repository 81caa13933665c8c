import { addSeconds, formatTimestamp, microsPerSecond, type Timestamp } from "@ostinato/core";
import type { ConcurrencyLimitPage, LeaseHolder, LimitHolder, SlotUser } from "@ostinato/protocol";
import * as limits from "../../concurrency-limits/limit-changes.service.ts";
import type { Context } from "../../kernel/context.ts";
import { notFound, RequestError } from "../../kernel/errors.ts";
import { deploymentsOfLimits, limitInList } from "./limit-rows.queries.ts";
import { withFigures } from "./limit-rows.service.ts";
import * as queries from "./slot-users.queries.ts";

const maxNamed = 50;

/** A limit with those who hold its slots and those who wait for some. */
export async function concurrencyLimitPage(context: Context, idOrName: string): Promise<ConcurrencyLimitPage> {
  const { id } = await limits.read(context, idOrName);
  const { read } = context.db;
  const found = await limitInList(read, id);
  const [limit] = found === undefined ? [] : await withFigures(context, [found]);
  if (limit === undefined) throw notFound("Concurrency limit", id);
  const [holders, holder_count, waiters, runs, deployments] = await Promise.all([
    queries.holdersOf(read, id, maxNamed),
    queries.countHolders(read, id),
    queries.waitersOf(read, id, maxNamed),
    queries.runsInLine(read, id, maxNamed),
    deploymentsOfLimits(read, [id], maxNamed),
  ]);
  const now = context.clock.now();
  return {
    limit,
    holders: holders.map((row) => presentHolder(row, now)),
    holder_count,
    waiting: [...waiters, ...runs].sort(byTime).slice(0, maxNamed).map(present),
    waiting_count: limit.waiting,
    deployments: deployments.map(({ limit_id: _limit, ...deployment }) => deployment),
  };
}

type Users = Pick<ConcurrencyLimitPage, "holders" | "waiting" | "waiting_count">;

/** The users of the limit with this name; nobody where there is no such limit. */
export async function usersOfLimit(context: Context, name: string): Promise<Users> {
  try {
    return await concurrencyLimitPage(context, name);
  } catch (error) {
    if (error instanceof RequestError && error.code === "CONCURRENCY_LIMIT_NOT_FOUND")
      return { holders: [], waiting: [], waiting_count: 0 };
    throw error;
  }
}

function byTime(a: queries.SlotUserRow, b: queries.SlotUserRow): number {
  return a.since - b.since;
}

function presentHolder({ lease_id, lease_left, ...row }: queries.HolderRow, now: Timestamp): LimitHolder {
  const ends = lease_left === null ? null : addSeconds(now, lease_left / microsPerSecond);
  return { ...present(row), lease_id, lease_ends: ends === null ? null : formatTimestamp(ends) };
}

function present({ holder_type, holder_id, ...row }: queries.SlotUserRow): SlotUser {
  const holder =
    holder_type === null || holder_id === null ? null : { type: holder_type as LeaseHolder["type"], id: holder_id };
  return { ...row, holder, since: formatTimestamp(row.since) };
}
