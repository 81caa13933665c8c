import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useState } from "react";
import { useLive } from "../api/live.ts";
import { usePerFrame } from "../api/per-frame.ts";
import type { FlowRunPoint, FlowRunRow, LiveChange } from "../api/types.ts";
import { useStillness } from "../components/stillness.ts";
import { applyToList, pointOf, type RunPages, readRunsAnew, runListQuery, runPointsQuery } from "./runs.queries.ts";
import { maxPoints, type RunsSearch } from "./runs-search.ts";

const nothing: ReadonlySet<string> = new Set();
const noRows: ReadonlyMap<string, FlowRunRow> = new Map();

/** More rows than these are read again, with the pages after them, and not put above the list one by one. */
const maxInserted = 100;

/**
 * Updates the list: displayed rows change in place. New rows go to the top while nobody reads the list and only a few arrive, and otherwise
 * wait behind a button, so that nothing moves.
 */
export function useLiveRuns(search: RunsSearch, list: RefObject<Element | null>) {
  const queryClient = useQueryClient();
  const [waiting, setWaiting] = useState(noRows);
  const [fresh, setFresh] = useState(nothing);
  const holds = useStillness(list);
  const key = runListQuery(search).queryKey;
  const listed = JSON.stringify(key);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what waited belongs to the list before
  useEffect(() => setWaiting(noRows), [listed]);
  const newestFirst = (search.sort ?? "START_TIME_DESC") === "START_TIME_DESC";

  const show = (rows: readonly FlowRunRow[]) => {
    setWaiting(noRows);
    if (newestFirst && rows.length <= maxInserted) {
      setFresh(new Set(rows.map((row) => row.id)));
      queryClient.setQueryData<RunPages>(key, (pages) => (pages === undefined ? pages : withFirst(pages, rows)));
    } else void readRunsAnew(queryClient);
  };
  const take = (changes: readonly LiveChange[]) => {
    const pages = queryClient.getQueryData<RunPages>(key);
    if (pages === undefined) return;
    const result = applyToList(pages, changes, search);
    queryClient.setQueryData<RunPages>(key, result.pages);
    queryClient.setQueryData(runPointsQuery(search).queryKey, (points) =>
      points === undefined ? points : withPoints(points, changes, result.arrived),
    );
    const all = waitingAfter(waiting, changes, result.arrived);
    const isEmpty = pages.pages.every(({ results }) => results.length === 0);
    const held = holds([...all.keys()].filter((id) => !waiting.has(id)).length);
    if (result.arrived.length > 0 && (isEmpty || (newestFirst && !held))) show([...all.values()]);
    else setWaiting(all);
  };
  useLive({ kind: "flow-runs" }, { onChanges: usePerFrame(take), onResync: () => void readRunsAnew(queryClient) });
  const showWaiting = () => {
    show([...waiting.values()]);
    document.getElementById("main")?.scrollTo({ top: 0 });
  };
  return { waiting: waiting.size, fresh, show: showWaiting };
}

/** The rows that wait, the newest first, with their latest data; those that are gone or left the filter don't wait any more. */
function waitingAfter(
  waiting: ReadonlyMap<string, FlowRunRow>,
  changes: readonly LiveChange[],
  arrived: readonly FlowRunRow[],
): ReadonlyMap<string, FlowRunRow> {
  const changed = new Set(
    changes.flatMap((change) => {
      if (change.kind === "flow-run") return [change.row.id];
      return change.kind === "deleted" && change.of === "flow-run" ? [change.id] : [];
    }),
  );
  if (arrived.length === 0 && ![...changed].some((id) => waiting.has(id))) return waiting;
  const kept = [...waiting].filter(([id]) => !changed.has(id));
  return new Map([...arrived.map((row) => [row.id, row] as const), ...kept]);
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
