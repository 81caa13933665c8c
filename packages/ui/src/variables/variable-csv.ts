import type { VariableRow } from "../api/types.ts";
import { type CsvColumns, type CsvExport, csvFile } from "../components/csv.ts";
import { variablePagesOf } from "./variables.queries.ts";
import type { VariablesSearch } from "./variables-search.ts";

/** All variables of the filter as a CSV file, at most `most`, with the beginning of their values. */
export function exportVariables(search: VariablesSearch, options: CsvExport): Promise<Blob> {
  return csvFile(columns, variablePagesOf(search, options), options.onProgress);
}

const columns: CsvColumns<VariableRow> = {
  name: (variable) => variable.name,
  value: (variable) => variable.preview,
  characters: (variable) => variable.characters,
  tags: (variable) => variable.tags.join(" "),
  created: (variable) => variable.created,
  updated: (variable) => variable.updated,
};
