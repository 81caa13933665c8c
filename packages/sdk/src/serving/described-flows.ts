import type { DescribedFlow, FileDescription } from "./run-job.ts";

/** The exports of a file with the descriptions of those that are flows. */
export function flowsByExport({ exports, flows }: FileDescription): Readonly<Record<string, DescribedFlow | null>> {
  return Object.fromEntries(
    Object.entries(exports).map(([name, place]) => [name, place === null ? null : (flows[place] ?? null)]),
  );
}

export function isDescribedFlow(value: unknown): value is DescribedFlow {
  return typeof value === "object" && value !== null && "isOwnSchema" in value;
}
