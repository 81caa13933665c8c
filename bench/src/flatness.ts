import { type Measurement, summarize } from "./row.ts";
import { flowModes, flowName, flowSizes } from "./rows/flow-work.ts";

/** Bound on the cost of a task in a large flow, relative to one in a flow of 1,000. */
const maxSlowdown = 1.5;

export interface Flatness {
  readonly where: string;
  readonly flow: string;
  readonly millisPerTask: number;
  /** That cost divided by the milliseconds per task in a flow of 1,000. */
  readonly times: number;
  readonly flat: boolean;
}

/** Whether the cost of a task grows with the number of tasks, wherever both sizes were measured. */
export function flatnessOf(measurements: readonly Measurement[]): readonly Flatness[] {
  const places = [...new Set(measurements.map(({ where }) => where))];
  return places.flatMap((where) =>
    flowModes.flatMap((mode) => {
      const perTask = (size: number) => {
        const row = `${flowName(size, mode)}: per task`;
        const found = measurements.find((measurement) => measurement.row === row && measurement.where === where);
        return found === undefined ? undefined : summarize(found).median;
      };
      const base = perTask(1000);
      if (base === undefined) return [];
      return flowSizes
        .filter((size) => size > 1000)
        .flatMap((size): Flatness[] => {
          const millisPerTask = perTask(size);
          if (millisPerTask === undefined) return [];
          const times = millisPerTask / base;
          return [{ where, flow: flowName(size, mode), millisPerTask, times, flat: times <= maxSlowdown }];
        });
    }),
  );
}

export function printFlatness(all: readonly Flatness[]): void {
  for (const { where, flow, millisPerTask, times, flat } of all) {
    const told = `${millisPerTask.toFixed(2)} ms a task, ${times.toFixed(2)} times that of a flow of 1000`;
    console.log(`${flat ? "flat" : "NOT FLAT"}: ${flow} on ${where}: ${told}`);
  }
}
