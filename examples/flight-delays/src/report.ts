import { barChart, dataUri, lineChart } from "@ostinato-examples/modelling/charts";
import { type Cell, decimal, markdownTable, whole } from "@ostinato-examples/modelling/markdown";
import type { Choice, Evaluation } from "./evaluation.ts";
import type { Inspection, MonthSummary } from "./flights.ts";

export interface ReportParts {
  readonly inspection: Inspection;
  readonly evaluations: readonly Evaluation[];
  readonly choice: Choice;
  readonly trainingMonths: readonly string[];
  readonly validationMonths: readonly string[];
}

export function writeReport(parts: ReportParts): string {
  const { inspection, evaluations, choice, trainingMonths, validationMonths } = parts;
  return [
    "# How late will this flight arrive?",
    summary(parts),
    "## Models",
    `Trained on ${trainingMonths.join(", ")}, measured on ${whole(choice.best.rows)} flights of ${validationMonths.join(", ")}.`,
    markdownTable(modelRows(evaluations)),
    `![Error by hour of departure](${dataUri(errorByHourChart(evaluations))})`,
    "## Predictions and outcomes",
    "The flights in ten equal parts, from the smallest to the largest predicted delay.",
    `![Predicted and actual delay](${dataUri(calibrationChart(choice.best))})`,
    "## Data",
    `${whole(inspection.rows)} flights between ${inspection.airports} airports on ${whole(inspection.routes)} routes, ${inspection.from} to ${inspection.to}; ` +
      `${whole(inspection.nulls)} with missing values and ${whole(inspection.implausible)} with an implausible delay were left out.`,
    markdownTable(monthRows(inspection.months)),
    "The time of a flight is when it left the gate, and its delay how late it arrived. So a model knows when the aircraft left, but not when it should have: " +
      "the usual delays of the route at that time of day reveal much of that.",
  ].join("\n\n");
}

export function modelRows(evaluations: readonly Evaluation[]): readonly Readonly<Record<string, Cell>>[] {
  return evaluations.map(({ model, meanAbsoluteError, rootMeanSquaredError }) => ({
    model: model.name,
    "mean error, minutes": decimal(meanAbsoluteError),
    "root mean square, minutes": decimal(rootMeanSquaredError),
    "trained on": `${whole(model.trainingRows)} flights`,
    seconds: decimal(model.seconds),
  }));
}

export function monthRows(months: readonly MonthSummary[]): readonly Readonly<Record<string, Cell>>[] {
  return months.map(({ month, flights, meanDelay, late15 }) => ({
    month,
    flights: whole(flights),
    "mean delay, minutes": decimal(meanDelay),
    "15 minutes late or more": `${decimal(late15 * 100, 1)} %`,
  }));
}

export function errorByHourChart(evaluations: readonly Evaluation[]): string {
  // Few flights leave between midnight and five, most of them very late: their errors would flatten all the others.
  const hours = Array.from({ length: 19 }, (_, index) => index + 5);
  return lineChart({
    title: "Mean error by hour of departure",
    xLabel: "hour of departure",
    yLabel: "minutes",
    categories: hours.map(String),
    series: evaluations.map(({ model, byHour }) => ({
      name: model.name,
      values: hours.map((hour) => byHour.find((error) => error.hour === hour)?.meanAbsoluteError ?? null),
    })),
  });
}

export function calibrationChart({ calibration, model }: Evaluation): string {
  return barChart({
    title: `Delay by tenths of the flights: ${model.name}`,
    xLabel: "tenth of the flights, by predicted delay",
    yLabel: "minutes",
    categories: calibration.map((_, index) => String(index + 1)),
    series: [
      { name: "foretold", values: calibration.map(({ predicted }) => predicted) },
      { name: "actual", values: calibration.map(({ actual }) => actual) },
    ],
  });
}

function summary({ choice: { best, baseline, gain } }: ReportParts): string {
  const error = `${decimal(best.meanAbsoluteError, 1)} minutes`;
  const rule = `the best rule of thumb (${baseline.model.name}, ${decimal(baseline.meanAbsoluteError, 1)} minutes)`;
  if (gain <= 0) return `No model beats ${rule}. The best, ${best.model.name}, is off by **${error}** on average.`;
  return `The best model, ${best.model.name}, is off by **${error}** on average, ${decimal(gain * 100, 1)} % less than ${rule}.`;
}
