import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLive } from "../api/live.ts";
import type { FlowRunPoint, FlowRunRow, LiveChange } from "../api/types.ts";
import { applyToList, pointOf, type RunPages, readRunsAnew, runListQuery, runPointsQuery } from "./runs.queries.ts";
import { maxPoints, type RunsSearch } from "./runs-search.ts";

const nothing: ReadonlySet<string> = new Set();

/**
 * Updates the list: displayed rows change in place. New rows go to the top while the top is visible, and otherwise wait behind a button, so
 * that the page does not jump.
 */
export function useLiveRuns(search: RunsSearch) {
  const queryClient = useQueryClient();
  const [waiting, setWaiting] = useState<readonly FlowRunRow[]>([]);
  const [fresh, setFresh] = useState(nothing);
  const key = runListQuery(search).queryKey;
  const list = JSON.stringify(key);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what waited belongs to the list before
  useEffect(() => setWaiting([]), [list]);
  const newestFirst = (search.sort ?? "START_TIME_DESC") === "START_TIME_DESC";

  const insert = (rows: readonly FlowRunRow[]) => {
    setFresh(new Set(rows.map((row) => row.id)));
    queryClient.setQueryData<RunPages>(key, (pages) => (pages === undefined ? pages : withFirst(pages, rows)));
  };
  const onChanges = (changes: readonly LiveChange[]) => {
    const pages = queryClient.getQueryData<RunPages>(key);
    if (pages === undefined) return;
    const result = applyToList(pages, changes, search);
    queryClient.setQueryData<RunPages>(key, result.pages);
    queryClient.setQueryData(runPointsQuery(search).queryKey, (points) =>
      points === undefined ? points : withPoints(points, changes, result.arrived),
    );
    if (result.arrived.length === 0) return;
    const main = document.getElementById("main");
    if (newestFirst && (main?.scrollTop ?? 0) < 120) insert(result.arrived);
    else
      setWaiting((before) => [
        ...result.arrived,
        ...before.filter((row) => !result.arrived.some((one) => one.id === row.id)),
      ]);
  };
  useLive({ kind: "flow-runs" }, { onChanges, onResync: () => void readRunsAnew(queryClient) });
  const show = () => {
    if (newestFirst) insert(waiting);
    else void queryClient.invalidateQueries({ queryKey: key });
    setWaiting([]);
    document.getElementById("main")?.scrollTo({ top: 0 });
  };
  return { waiting: waiting.length, fresh, show };
}

function withPoints(
  points: readonly FlowRunPoint[],
  changes: readonly LiveChange[],
  arrived: readonly FlowRunRow[],
): FlowRunPoint[] {
  const rows = new Map(
    changes.flatMap((change) => (change.kind === "flow-run" ? [[change.row.id, change.row] as const] : [])),
  );
  const gone = new Set(
    changes.flatMap((change) => (change.kind === "deleted" && change.of === "flow-run" ? [change.id] : [])),
  );
  const kept = points.flatMap((point) => {
    if (gone.has(point.id)) return [];
    const row = rows.get(point.id);
    return row === undefined ? point : pointOf(row);
  });
  const known = new Set(points.map((point) => point.id));
  return [...arrived.filter((row) => !known.has(row.id)).map(pointOf), ...kept].slice(0, maxPoints);
}

function withFirst(pages: RunPages, rows: readonly FlowRunRow[]): RunPages {
  const [first, ...rest] = pages.pages;
  if (first === undefined) return pages;
  const known = new Set(first.results.map((row) => row.id));
  const added = rows.filter((row) => !known.has(row.id));
  const count = first.count === null ? null : first.count + added.length;
  return { ...pages, pages: [{ ...first, count, results: [...added, ...first.results] }, ...rest] };
}
