import type { QueryKey } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import type { FlowRunRow } from "../api/types.ts";
import { runColumns } from "../runs/run-columns.tsx";
import { RunsOf } from "../runs/runs-of.tsx";
import type { RunsSearch } from "../runs/runs-search.ts";

const columns = runColumns.filter((column) =>
  ["flow", "deployment", "state", "started", "duration", "message", "tags"].includes(column.id),
);

/** The runs of a pool or a queue that have begun, or should have. Those that are scheduled for later have a tab of their own. */
export function PlaceRuns(props: {
  /** The same object as long as it says the same. */
  readonly search: RunsSearch;
  readonly isOwn: (run: FlowRunRow) => boolean;
  readonly figures: QueryKey;
  /** What to say where there are none. */
  readonly children: ReactNode;
}) {
  const search = useMemo(() => ({ ...props.search, since: "90d" }), [props.search]);
  return (
    <RunsOf search={search} isOwn={props.isOwn} figures={props.figures} columns={columns}>
      <p className="py-4 text-muted">{props.children}</p>
    </RunsOf>
  );
}
