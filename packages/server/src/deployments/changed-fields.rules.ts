import { parseJson } from "@ostinato/core";
import { isSameJson } from "../user-input/json-types.rules.ts";

/** The columns that the event of a changed deployment tells of, by Prefect's names. */
const fields = {
  description: "description",
  tags: "tags",
  parameters: "parameters",
  parameter_openapi_schema: "parameter_openapi_schema",
  enforce_parameter_schema: "enforce_parameter_schema",
  entrypoint: "entrypoint",
  path: "path",
  pull_steps: "pull_steps",
  work_queue_id: "work_queue_id",
  infra_overrides: "job_variables",
  paused: "paused",
  labels: "labels",
  version: "version",
  concurrency_limit_id: "concurrency_limit_id",
  concurrency_options: "concurrency_options",
} as const;

const asJson: ReadonlySet<string> = new Set([
  "tags",
  "parameters",
  "parameter_openapi_schema",
  "pull_steps",
  "job_variables",
  "labels",
  "concurrency_options",
]);
const asFlags: ReadonlySet<string> = new Set(["enforce_parameter_schema", "paused"]);

type Told = (typeof fields)[keyof typeof fields];
type Columns = { readonly [K in Told]: string | number | null };

/** What differs between two readings of a deployment, as the event tells it. */
export function changedFields(before: Columns, after: Columns) {
  const changed = Object.entries(fields).flatMap(([field, column]) => {
    if (isSame(column, before[column], after[column])) return [];
    return [[field, { from: shown(column, before[column]), to: shown(column, after[column]) }] as const];
  });
  return Object.fromEntries(changed);
}

function isSame(column: Told, one: string | number | null, other: string | number | null): boolean {
  if (one === other) return true;
  if (!asJson.has(column) || one === null || other === null) return false;
  return isSameJson(parseJson(String(one)), parseJson(String(other)));
}

function shown(column: Told, value: string | number | null): unknown {
  if (value === null) return null;
  if (asJson.has(column)) return parseJson(String(value));
  return asFlags.has(column) ? value === 1 : value;
}
