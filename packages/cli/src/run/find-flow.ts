import { didYouMean } from "@ostinato/core";
import { type CliError, usageError } from "../errors.ts";
import type { Target } from "./target.ts";

/** A flow, or the description of one. */
interface Named {
  readonly name: string;
}

interface FoundFlow<F> {
  readonly exportName: string;
  readonly flow: F;
}

type Exports = Readonly<Record<string, unknown>>;

export interface FlowSearch<F extends Named> {
  readonly exports: Exports;
  readonly target: Target;
  readonly isFlow: (value: unknown) => value is F;
}

/** The named flow, or the only one. Otherwise throws with the exports of the file. */
export function findFlow<F extends Named>({ exports, target, isFlow }: FlowSearch<F>): F {
  const flows = exportedFlows(exports, isFlow);
  const { exportName, shown } = target;
  if (exportName !== undefined) return named(flows, { exports, target, exportName });
  const [only, another] = flows;
  if (only === undefined) throw noFlow(exports, shown);
  if (another === undefined) return only.flow;
  const names = flows.map((found) => found.exportName);
  throw usageError(`${shown} exports several flows: ${names.join(", ")}. Name one: ostinato run ${shown}:${names[0]}`);
}

/** A flow exported under two names counts once, under the better name. */
function exportedFlows<F extends Named>(exports: Exports, isFlow: FlowSearch<F>["isFlow"]): readonly FoundFlow<F>[] {
  const names = Object.keys(exports).toSorted((a, b) => Number(a === "default") - Number(b === "default"));
  const found = new Map<F, string>();
  for (const name of names) {
    const value = exports[name];
    if (isFlow(value) && !found.has(value)) found.set(value, name);
  }
  return [...found].map(([flow, exportName]) => ({ exportName, flow }));
}

interface Wanted {
  readonly exports: Exports;
  readonly target: Target;
  readonly exportName: string;
}

function named<F extends Named>(flows: readonly FoundFlow<F>[], { exports, target, exportName }: Wanted): F {
  const found =
    flows.find((one) => one.exportName === exportName || exports[exportName] === one.flow) ??
    flows.find((one) => one.flow.name === exportName);
  if (found !== undefined) return found.flow;
  if (exportName in exports) {
    throw usageError(`${exportName} of ${target.shown} is not a flow. ${flowsText(flows)}`);
  }
  const suggestion = didYouMean(
    exportName,
    flows.map((one) => one.exportName),
  );
  throw usageError(
    `${target.shown} has no export ${JSON.stringify(exportName)}.${suggestion || ` ${flowsText(flows)}`}`,
  );
}

function flowsText(flows: readonly FoundFlow<Named>[]): string {
  if (flows.length === 0) return "It exports no flows.";
  return `Its flows are: ${flows.map((one) => one.exportName).join(", ")}.`;
}

function noFlow(exports: Exports, shown: string): CliError {
  const names = Object.keys(exports);
  const has = names.length === 0 ? "It exports nothing." : `It exports: ${names.join(", ")}.`;
  return usageError(
    `${shown} exports no flows. ${has} Export a flow like this: export const train = flow(async function train() { … });`,
  );
}
