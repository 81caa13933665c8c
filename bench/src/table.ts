import { type Measurement, summarize } from "./row.ts";

const columns = [46, 12, 14, 14, 14] as const;
let headed = false;

/** One line of the table, as soon as it is known. */
export function printRow(measurement: Measurement): void {
  if (!headed) {
    line(["row", "where", "best", "median", "worst"]);
    headed = true;
  }
  const { best, median, worst } = summarize(measurement);
  const { row, where, unit } = measurement;
  line([row, where, ...[best, median, worst].map((number) => `${tidy(number)} ${unit}`)]);
}

/** How often the median of Ostinato is the median of each peer, by row; above 1 is better whatever the unit. */
export function printRatios(measurements: readonly Measurement[]): void {
  const own = measurements.filter(({ where }) => where === "sqlite" || where === "postgresql");
  const peers = measurements.filter((measurement) => !own.includes(measurement));
  if (peers.length === 0) return;
  console.log("\ntimes better than a peer (medians of this run)");
  for (const peer of peers) {
    for (const ours of own.filter(({ row }) => row === peer.row)) {
      const [better, than] = [summarize(ours).median, summarize(peer).median];
      const ratio = ours.unit === "/s" ? better / than : than / better;
      line([ours.row, ours.where, `${tidy(ratio)} ×`, `than ${peer.where}`]);
    }
  }
}

function line(cells: readonly string[]): void {
  const padded = cells.map((cell, index) =>
    index < 2 ? cell.padEnd(columns[index] ?? 0) : cell.padStart(columns[index] ?? 0),
  );
  console.log(padded.join("  ").trimEnd());
}

function tidy(number: number): string {
  if (number >= 100) return Math.round(number).toLocaleString("en");
  return number >= 10 ? number.toFixed(1) : number.toFixed(2);
}
