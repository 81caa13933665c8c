import { Link } from "@tanstack/react-router";
import type { RefObject } from "react";
import type { FlowRunRow } from "../api/types.ts";
import type { Selection } from "../components/row-keys.ts";
import { type NameColumn, type RowOrder, RowTable } from "../components/row-table.tsx";
import { RelativeTime } from "../components/time.tsx";
import { isBad, lookOf, statedOf } from "../states.ts";
import { messageOf } from "./message-of.ts";
import { Ran } from "./ran.tsx";
import type { RunColumn } from "./run-columns.tsx";
import type { RunSort } from "./runs-search.ts";
import { StateIcon } from "./state.tsx";

/** Runs as virtual rows; two lines per row on a narrow screen. */
export function RunList(props: {
  readonly runs: readonly FlowRunRow[];
  readonly columns: readonly RunColumn[];
  readonly fresh?: ReadonlySet<string>;
  readonly selection?: Selection & { readonly onNarrow: boolean };
  readonly sort?: RowOrder<RunSort>;
  readonly onEnd?: () => void;
  readonly list?: RefObject<HTMLDivElement | null>;
}) {
  const { runs, ...rest } = props;
  return <RowTable label="Runs" rows={runs} name={runName} narrow={narrowLines} {...rest} />;
}

export const runName: NameColumn<FlowRunRow, RunSort> = {
  label: "Run",
  sorts: ["NAME_ASC", "NAME_DESC"],
  cell: (run, shown) => (
    <>
      <StateIcon {...statedOf(run)} />
      <Link
        to="/runs/flow-run/$id"
        params={{ id: run.id }}
        dir="auto"
        className="truncate font-medium hover:underline"
        title={run.name}
      >
        {run.name}
      </Link>
      {run.parent_flow_run_name === null || shown.includes("parent") ? null : (
        <span
          className="max-w-32 shrink-[3] truncate text-xs text-faint"
          title={`Subflow of ${run.parent_flow_run_name}`}
        >
          in {run.parent_flow_run_name}
        </span>
      )}
    </>
  ),
};

function narrowLines(run: FlowRunRow) {
  return (
    <>
      <StateIcon {...statedOf(run)} />
      <Link to="/runs/flow-run/$id" params={{ id: run.id }} dir="auto" className="truncate py-0.5 font-medium">
        {run.name}
      </Link>
      <Ran run={run} since={run.state?.timestamp} className="text-right text-muted" />
      <span />
      <span className="truncate text-xs text-faint">
        {run.flow_name} · {aboutState(run)}
      </span>
      <RelativeTime time={run.start_time ?? run.expected_start_time} className="text-right text-xs text-faint" />
    </>
  );
}

/** The message of a failure on narrow rows: the icon beside it already shows the state. */
function aboutState(run: FlowRunRow): string {
  const message = isBad(run.state_type) ? messageOf(run)?.split("\n", 1)[0] : undefined;
  return message === undefined || message === "" ? lookOf(statedOf(run)).label : message;
}
