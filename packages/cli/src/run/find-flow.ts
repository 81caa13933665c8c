import { chooseFlow, didYouMean, type FlowChoosing, type NoFlow } from "@ostinato/core";
import { type CliError, usageError } from "../errors.ts";
import type { Target } from "./target.ts";

export interface FlowSearch<F extends { readonly name: string }> extends Pick<FlowChoosing<F>, "exports" | "isFlow"> {
  readonly target: Target;
}

/** The named flow, or the only one. Otherwise throws with the exports of the file. */
export function findFlow<F extends { readonly name: string }>({ exports, target, isFlow }: FlowSearch<F>): F {
  const choice = chooseFlow({ exports, isFlow, wanted: target.exportName });
  if (choice.kind === "flow") return choice.flow;
  throw noFlow(choice.kind, { target, exports: Object.keys(exports), flows: choice.flowExports });
}

interface Searched {
  readonly target: Target;
  readonly exports: readonly string[];
  /** The exports that are flows. */
  readonly flows: readonly string[];
}

function noFlow(kind: NoFlow, { target: { shown, exportName = "" }, exports, flows }: Searched): CliError {
  const has = flows.length === 0 ? "It exports no flows." : `Its flows are: ${flows.join(", ")}.`;
  switch (kind) {
    case "none":
      return usageError(
        `${shown} exports no flows. ${exports.length === 0 ? "It exports nothing." : `It exports: ${exports.join(", ")}.`} Export a flow like this: export const train = flow(async function train() { … });`,
      );
    case "several":
      return usageError(
        `${shown} exports several flows: ${flows.join(", ")}. Name one: ostinato run ${shown}:${flows[0]}`,
      );
    case "not-a-flow":
      return usageError(`${exportName} of ${shown} is not a flow. ${has}`);
    case "unknown":
      return usageError(
        `${shown} has no export ${JSON.stringify(exportName)}.${didYouMean(exportName, flows) || ` ${has}`}`,
      );
    default:
      return kind satisfies never;
  }
}
