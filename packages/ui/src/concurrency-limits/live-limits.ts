import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useState } from "react";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import type { LimitRow } from "../api/types.ts";
import { useStillness } from "../components/stillness.ts";
import { type LimitPages, limitListKey, limitListQuery, limitQuery, readLimits } from "./concurrency-limits.queries.ts";
import type { LimitsSearch } from "./concurrency-limits-search.ts";

/**
 * Reads the loaded rows again a moment after a limit, its slots or its line have changed. Displayed rows change in place; new ones wait
 * behind a button while somebody reads the list.
 */
export function useLiveLimits(search: LimitsSearch, list: RefObject<Element | null>) {
  const queryClient = useQueryClient();
  const [waiting, setWaiting] = useState(0);
  const holds = useStillness(list);
  const { queryKey } = limitListQuery(search);
  const listed = JSON.stringify(queryKey);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what waited belongs to the list before
  useEffect(() => setWaiting(0), [listed]);
  const anew = () => queryClient.invalidateQueries({ queryKey: limitListKey });
  const read = async () => {
    const before = queryClient.getQueryData<LimitPages>(queryKey);
    if (before === undefined) return;
    // A lost connection tells to read everything again.
    const pages = await Promise.all(before.pageParams.map((offset) => readLimits(search, offset))).catch(() => []);
    const now = queryClient.getQueryData<LimitPages>(queryKey);
    if (now === undefined || pages.length === 0) return;
    const known = new Set(rowsOf(now).map(({ id }) => id));
    const fresh = { pages, pageParams: before.pageParams };
    const arrived = rowsOf(fresh).filter(({ id }) => !known.has(id)).length;
    const held = arrived > 0 && known.size > 0 && holds(Math.max(0, arrived - waiting));
    queryClient.setQueryData<LimitPages>(queryKey, held ? withRows(now, rowsOf(fresh)) : fresh);
    setWaiting(held ? arrived : 0);
  };
  const soon = useRested(read);
  useLive({ kind: "concurrency-limits" }, { onChanges: soon, onResync: () => void anew() });
  const show = () => {
    setWaiting(0);
    void anew();
  };
  return { waiting, show };
}

function rowsOf({ pages }: LimitPages): readonly LimitRow[] {
  return pages.flatMap(({ results }) => results);
}

/** The same rows as they are now, without those that are gone. */
function withRows(pages: LimitPages, rows: readonly LimitRow[]): LimitPages {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return {
    ...pages,
    pages: pages.pages.map((page) => ({ ...page, results: page.results.flatMap(({ id }) => byId.get(id) ?? []) })),
  };
}

/** Reads the page of a limit again a moment after the limit, its slots or its line have changed. */
export function useLiveLimit(name: string, id: string | undefined): void {
  const queryClient = useQueryClient();
  const anew = () => queryClient.invalidateQueries({ queryKey: limitQuery(name).queryKey });
  const soon = useRested(anew, 300);
  useLive(id === undefined ? undefined : { kind: "concurrency-limit", limit_id: id }, {
    onChanges: soon,
    onResync: () => void anew(),
  });
}
