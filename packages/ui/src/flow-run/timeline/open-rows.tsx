import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useLive } from "../../api/live.ts";
import type { Timeline } from "../../api/types.ts";
import { type AttemptTime, timelineWithin } from "../chosen-attempt.ts";
import { applyToTimelines, timelineQuery } from "../flow-run.queries.ts";
import {
  groupsOf,
  linesAlong,
  type OpenRows,
  type ShownRuns,
  type TimelineRow,
  timelineRows,
} from "./timeline-model.ts";

/**
 * The rows of a timeline with their open descendants: groups of one task's runs, and subflows at any depth. It opens along a path of task
 * runs.
 */
export function useOpenRows(
  timeline: Timeline,
  shown: {
    readonly selected: string | undefined;
    readonly only: ShownRuns | undefined;
    readonly path: readonly string[];
    /** Subflows show what they called in it. */
    readonly time: AttemptTime | undefined;
  },
) {
  const { selected, only, path, time } = shown;
  const [open, setOpen] = useState<OpenRows>(() => opened(new Map(), timeline, selected));
  const { ids, children } = useChildTimelines(open, time);
  const along = useMemo(() => linesAlong(path, { timeline, children }), [path, timeline, children]);
  // Each line opens once: whoever closes it has it closed.
  const offered = useRef(new Set<string>());
  useEffect(() => {
    const found = [...along.open].filter(([key]) => !offered.current.has(key));
    if (found.length === 0) return;
    for (const [key] of found) offered.current.add(key);
    setOpen((before) => new Map([...before, ...found]));
  }, [along]);
  const rows = useMemo(() => timelineRows({ timeline, open, children, only }), [timeline, open, children, only]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it comes into sight when it is chosen, and stays where it is then
  useEffect(() => setOpen((before) => opened(before, timeline, selected)), [selected]);
  const toggle = (row: TimelineRow) =>
    setOpen((before) => {
      const next = new Map(before);
      if (!next.delete(row.key))
        next.set(row.key, row.kind === "group" ? null : (row.source.child_flow_run_id[row.members[0] ?? 0] ?? null));
      return next;
    });
  return { rows, toggle, openSubflows: ids, failedKey: along.key };
}

/** Subscribes to an opened subflow, because the caller's topic does not include its task runs. */
export function LiveSubflow({ id }: { readonly id: string }) {
  const queryClient = useQueryClient();
  useLive(
    { kind: "flow-run", flow_run_id: id },
    {
      onChanges: (changes) => applyToTimelines(queryClient, changes),
      onResync: () => void queryClient.invalidateQueries({ queryKey: timelineQuery(id).queryKey }),
    },
  );
  return null;
}

/** The open lines, including the groups of the selected task run. */
function opened(before: OpenRows, timeline: Timeline, selected: string | undefined): OpenRows {
  const closed = selected === undefined ? [] : groupsOf(timeline, selected).filter((group) => !before.has(group));
  return closed.length === 0 ? before : new Map([...before, ...closed.map((group) => [group, null] as const)]);
}

/** The timelines of opened subflows at any depth, kept up to date while they are shown. */
export function useChildTimelines(
  open: OpenRows,
  time: AttemptTime | undefined,
): {
  readonly ids: readonly string[];
  readonly children: ReadonlyMap<string, Timeline>;
} {
  const ids = useMemo(() => [...new Set([...open.values()].filter((id) => id !== null))], [open]);
  const children = useQueries({
    queries: ids.map((id) => timelineQuery(id)),
    combine: (results) =>
      new Map(
        results.flatMap((result, index) =>
          result.data === undefined ? [] : [[ids[index] ?? "", timelineWithin(result.data, time)] as const],
        ),
      ),
  });
  return { ids, children };
}
