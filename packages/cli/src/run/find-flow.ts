import { didYouMean } from "@ostinato/core";
import type { describeFlow } from "@ostinato/sdk";
import { type CliError, usageError } from "../errors.ts";
import type { Target } from "./target.ts";

export type AnyFlow = Parameters<typeof describeFlow>[0];

interface FoundFlow {
  readonly exportName: string;
  readonly flow: AnyFlow;
}

export interface FlowSearch {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly target: Target;
  readonly isFlow: (value: unknown) => value is AnyFlow;
}

/** The named flow, or the only one. Otherwise throws with the exports of the file. */
export function findFlow({ exports, target, isFlow }: FlowSearch): AnyFlow {
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
function exportedFlows(exports: FlowSearch["exports"], isFlow: FlowSearch["isFlow"]): readonly FoundFlow[] {
  const names = Object.keys(exports).toSorted((a, b) => Number(a === "default") - Number(b === "default"));
  const found = new Map<AnyFlow, string>();
  for (const name of names) {
    const value = exports[name];
    if (isFlow(value) && !found.has(value)) found.set(value, name);
  }
  return [...found].map(([flow, exportName]) => ({ exportName, flow }));
}

interface Wanted {
  readonly exports: FlowSearch["exports"];
  readonly target: Target;
  readonly exportName: string;
}

function named(flows: readonly FoundFlow[], { exports, target, exportName }: Wanted): AnyFlow {
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

function flowsText(flows: readonly FoundFlow[]): string {
  if (flows.length === 0) return "It exports no flows.";
  return `Its flows are: ${flows.map((one) => one.exportName).join(", ")}.`;
}

function noFlow(exports: FlowSearch["exports"], shown: string): CliError {
  const names = Object.keys(exports);
  const has = names.length === 0 ? "It exports nothing." : `It exports: ${names.join(", ")}.`;
  return usageError(
    `${shown} exports no flows. ${has} Export a flow like this: export const train = flow(async function train() { … });`,
  );
}
