import type { FlowRunRow } from "../api/types.ts";
import { csvText } from "./csv.ts";
import { runPagesOf } from "./runs.queries.ts";
import type { RunsSearch } from "./runs-search.ts";

/**
 * All runs of the filter as a CSV file, at most `most`: times in UTC, spans in seconds. Pages are converted to text one by one, so that a
 * long list costs no more memory than the file.
 */
export async function exportRuns(
  search: RunsSearch,
  options: { readonly most: number; readonly signal: AbortSignal; readonly onProgress: (rows: number) => void },
): Promise<Blob> {
  const parts = [csvText(header, [])];
  let rows = 0;
  for await (const page of runPagesOf(search, options)) {
    rows += page.length;
    if (page.length > 0) parts.push("\r\n", csvText(undefined, page.map(cells)));
    options.onProgress(rows);
  }
  return new Blob(parts, { type: "text/csv;charset=utf-8" });
}

const header = [
  "id",
  "name",
  "flow",
  "state_type",
  "state_name",
  "start_time",
  "end_time",
  "seconds",
  "attempts",
  "tags",
  "deployment",
  "parent",
  "message",
];

function cells(run: FlowRunRow): readonly (string | number | null)[] {
  return [
    run.id,
    run.name,
    run.flow_name,
    run.state_type,
    run.state_name,
    run.start_time,
    run.end_time,
    run.total_run_time,
    run.run_count,
    run.tags.join(" "),
    run.deployment_name,
    run.parent_flow_run_id,
    run.state?.message ?? null,
  ];
}
