import { type BodyOf, type LimitKind, limitKinds, type listConcurrencyLimits, type ReplyOf } from "@ostinato/protocol";
import type { Context } from "../../kernel/context.ts";
import * as queries from "./limit-rows.queries.ts";
import { withFigures } from "./limit-rows.service.ts";

/** Limits by name, with all that a row shows. */
export async function list(
  context: Context,
  body: BodyOf<typeof listConcurrencyLimits>,
): Promise<ReplyOf<typeof listConcurrencyLimits>> {
  const { text, kinds, awaited, limit, offset } = body ?? {};
  const wanted = text?.trim() ?? "";
  const query = {
    text: wanted === "" ? undefined : wanted,
    kinds: kinds ?? undefined,
    awaited: awaited ?? false,
    limit: limit ?? 50,
    offset: offset ?? 0,
  };
  const { read } = context.db;
  const [rows, count, counted] = await Promise.all([
    queries.limitsInList(read, query),
    queries.countLimits(read, query),
    queries.countKinds(read),
  ]);
  return { results: [...(await withFigures(context, rows))], count, kinds: byKind(counted) };
}

function byKind(counted: readonly { readonly kind: LimitKind; readonly count: number }[]) {
  const found = new Map(counted.map(({ kind, count }) => [kind, count]));
  return Object.fromEntries(limitKinds.map((kind) => [kind, found.get(kind) ?? 0])) as Record<LimitKind, number>;
}
