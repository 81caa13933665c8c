import { isRate, type Measurement, type Outcome, summarize } from "./row.ts";

const columns = [58, 18, 13, 13, 13, 13] as const;
let headed = false;

/** Prints a row as soon as it is known; with `how`, its method below it. */
export function printRow(outcome: Outcome, { how }: { readonly how: boolean }): void {
  if (!headed) line(["row", "where", "best", "median", "p99", "worst"]);
  headed = true;
  if ("failure" in outcome) {
    console.log(`${outcome.row.padEnd(columns[0])}  ${outcome.where.padEnd(columns[1])}  FAILED: ${outcome.failure}`);
    return;
  }
  const { row, where, unit } = outcome;
  const { best, median, p99, worst } = summarize(outcome);
  line([row, where, ...[best, median, p99, worst].map((number) => (number === undefined ? "" : tidy(number, unit)))]);
  if (how) console.log(`    ${outcome.how}`);
}

/** Prints how many times better than a peer each row is; above 1 is better in any unit. */
export function printRatios(measurements: readonly Measurement[]): void {
  const ratios = ratiosOf(measurements);
  if (ratios.length === 0) return;
  console.log("\ntimes better than a peer on the same database (medians of this run)");
  for (const { row, where, peer, times } of ratios) line([row, where, `${tidy(times, "×")}`, `than ${peer}`]);
}

export interface Ratio {
  readonly row: string;
  readonly where: string;
  readonly peer: string;
  readonly times: number;
}

/** Ostinato's median relative to each peer's on the same database, by row. */
export function ratiosOf(measurements: readonly Measurement[]): readonly Ratio[] {
  return measurements
    .filter(({ peer }) => peer)
    .flatMap((theirs) =>
      measurements
        .filter(({ row, database, peer }) => !peer && row === theirs.row && database === theirs.database)
        .map((ours) => ({ row: ours.row, where: ours.where, peer: theirs.where, times: timesBetter(ours, theirs) })),
    );
}

function timesBetter(ours: Measurement, theirs: Measurement): number {
  const [our, their] = [summarize(ours).median, summarize(theirs).median];
  return isRate(ours.unit) ? our / their : their / our;
}

function line(cells: readonly string[]): void {
  const padded = cells.map((cell, index) =>
    index < 2 ? cell.padEnd(columns[index] ?? 0) : cell.padStart(columns[index] ?? 0),
  );
  console.log(padded.join("  ").trimEnd());
}

function tidy(number: number, unit: string): string {
  const digits = unit === "requests" || number >= 100 ? 0 : number >= 10 ? 1 : 2;
  return `${number.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`;
}
