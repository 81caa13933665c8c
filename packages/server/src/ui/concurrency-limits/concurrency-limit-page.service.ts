import { formatTimestamp } from "@ostinato/core";
import type { ConcurrencyLimitPage, SlotUser } from "@ostinato/protocol";
import * as limits from "../../concurrency-limits/limit-changes.service.ts";
import type { Context } from "../../kernel/context.ts";
import * as queries from "./slot-users.queries.ts";

const maxNamed = 50;

/** A limit with those who hold its slots and those who wait for some. */
export async function concurrencyLimitPage(context: Context, idOrName: string): Promise<ConcurrencyLimitPage> {
  const limit = await limits.read(context, idOrName);
  const { read } = context.db;
  const [holders, waiting, waiting_count] = await Promise.all([
    queries.holdersOf(read, limit.id, maxNamed),
    queries.waitersOf(read, limit.id, maxNamed),
    queries.countWaiters(read, limit.id),
  ]);
  return { limit, holders: holders.map(present), waiting: waiting.map(present), waiting_count };
}

function present(row: queries.SlotUserRow): SlotUser {
  return { ...row, since: formatTimestamp(row.since) };
}
