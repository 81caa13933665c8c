import { cpus, totalmem } from "node:os";
import type { Flatness } from "./flatness.ts";
import { type Measurement, type Outcome, summarize } from "./row.ts";
import { ratiosOf } from "./table.ts";

interface Measured {
  readonly outcomes: readonly Outcome[];
  readonly measurements: readonly Measurement[];
  readonly flatness: readonly Flatness[];
  readonly seconds: number;
}

/** The content of the file for `--json`. */
export function report({ outcomes, measurements, flatness, seconds }: Measured) {
  return {
    when: new Date().toISOString(),
    seconds,
    machine: { cores: cpus().length, model: cpus()[0]?.model, memory_bytes: totalmem(), node: process.version },
    rows: measurements.map((measurement) => ({ ...measurement, ...summarize(measurement) })),
    failed: outcomes.filter((outcome) => "failure" in outcome),
    flatness,
    ratios: ratiosOf(measurements),
  };
}
