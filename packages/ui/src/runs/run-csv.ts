import type { FlowRunRow } from "../api/types.ts";
import { type CsvColumns, type CsvExport, csvFile } from "../components/csv.ts";
import { runPagesOf } from "./runs.queries.ts";
import type { RunsSearch } from "./runs-search.ts";

/** All runs of the filter as a CSV file, at most `most`. */
export function exportRuns(search: RunsSearch, options: CsvExport): Promise<Blob> {
  return csvFile(columns, runPagesOf(search, options), options.onProgress);
}

const columns: CsvColumns<FlowRunRow> = {
  id: (run) => run.id,
  name: (run) => run.name,
  flow: (run) => run.flow_name,
  state_type: (run) => run.state_type,
  state_name: (run) => run.state_name,
  start_time: (run) => run.start_time,
  end_time: (run) => run.end_time,
  seconds: (run) => run.total_run_time,
  attempts: (run) => run.run_count,
  tags: (run) => run.tags.join(" "),
  deployment: (run) => run.deployment_name,
  parent: (run) => run.parent_flow_run_id,
  message: (run) => run.state?.message ?? null,
};
