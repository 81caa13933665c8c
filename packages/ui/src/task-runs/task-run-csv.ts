import type { TaskRunRow } from "../api/types.ts";
import { type CsvColumns, type CsvExport, csvFile } from "../components/csv.ts";
import { csvOfCourse } from "../runs/shared-columns.tsx";
import { taskRunPagesOf } from "./task-runs.queries.ts";
import type { TaskRunsSearch } from "./task-runs-search.ts";

/** All task runs of the filter as a CSV file, at most `most`. */
export function exportTaskRuns(search: TaskRunsSearch, options: CsvExport): Promise<Blob> {
  return csvFile(columns, taskRunPagesOf(search, options), options.onProgress);
}

const columns: CsvColumns<TaskRunRow> = {
  id: (run) => run.id,
  name: (run) => run.name,
  flow_run: (run) => run.flow_run_name,
  flow_run_id: (run) => run.flow_run_id,
  flow: (run) => run.flow_name,
  ...csvOfCourse(),
  message: (run) => run.state_message,
};
