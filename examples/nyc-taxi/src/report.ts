import { barChart, dataUri } from "@ostinato-examples/modelling/charts";
import { type Cell, decimal, markdownTable, whole } from "@ostinato-examples/modelling/markdown";
import type { Evaluation } from "./models.ts";
import type { Trips } from "./trips.ts";

export interface ReportParts {
  readonly train: Trips;
  readonly val: Trips;
  readonly evaluations: readonly Evaluation[];
  readonly best: Evaluation;
}

export function writeReport({ train, val, evaluations, best }: ReportParts): string {
  return [
    "# How long does a taxi ride take?",
    `The best model, ${best.model.name}, has a root mean square error of **${decimal(best.rootMeanSquaredError)} minutes** on ${whole(best.trips)} trips of the validation month.`,
    markdownTable(modelRows(evaluations)),
    "## Where it goes wrong",
    `![Mean error by duration](${dataUri(errorChart(evaluations))})`,
    "Both models know the two zones and the distance, not the traffic: short trips seem too long to them, long ones too short.",
    "## Data",
    markdownTable([tripsRow("training", train), tripsRow("validation", val)]),
    "Trips of 1 to 60 minutes are kept. A distance of over 100 miles counts as unknown.",
  ].join("\n\n");
}

function modelRows(evaluations: readonly Evaluation[]): readonly Readonly<Record<string, Cell>>[] {
  return evaluations.map(({ model, rootMeanSquaredError, meanAbsoluteError }) => ({
    model: model.name,
    "root mean square error, minutes": decimal(rootMeanSquaredError),
    "mean absolute error, minutes": decimal(meanAbsoluteError),
    "seconds to train": decimal(model.seconds),
    notes: Object.entries(model.details)
      .map(([name, value]) => `${name}: ${Number.isInteger(value) ? whole(value) : decimal(value)}`)
      .join(", "),
  }));
}

function tripsRow(use: string, trips: Trips): Readonly<Record<string, Cell>> {
  return {
    use,
    source: trips.source.replace(/^.*\//, ""),
    recorded: whole(trips.recorded),
    kept: whole(trips.rows),
    "unknown distances": whole(trips.unknownDistances),
    "pairs of zones": whole(trips.pairs),
    "mean duration, minutes": decimal(trips.meanDuration, 1),
  };
}

function errorChart(evaluations: readonly Evaluation[]): string {
  const durations = [...new Set(evaluations.flatMap(({ byDuration }) => byDuration.map((part) => part.fromMinutes)))];
  return barChart({
    title: "Mean error by actual duration (above zero: predicted too long)",
    xLabel: "actual duration, minutes",
    yLabel: "minutes",
    categories: durations.map((from) => `${from}–${from + 5}`),
    series: evaluations.map(({ model, byDuration }) => ({
      name: model.name,
      values: durations.map((from) => byDuration.find((part) => part.fromMinutes === from)?.meanError ?? null),
    })),
  });
}
