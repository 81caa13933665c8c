import type { FlowRunRow } from "../api/types.ts";
import { type CsvColumns, type CsvExport, csvFile } from "../components/csv.ts";
import { runPagesOf } from "./runs.queries.ts";
import type { RunsSearch } from "./runs-search.ts";
import { csvOfCourse } from "./shared-columns.tsx";

/** All runs of the filter as a CSV file, at most `most`. */
export function exportRuns(search: RunsSearch, options: CsvExport): Promise<Blob> {
  return csvFile(columns, runPagesOf(search, options), options.onProgress);
}

const columns: CsvColumns<FlowRunRow> = {
  id: (run) => run.id,
  name: (run) => run.name,
  flow: (run) => run.flow_name,
  ...csvOfCourse(),
  deployment: (run) => run.deployment_name,
  parent: (run) => run.parent_flow_run_id,
  message: (run) => run.state?.message ?? null,
};
