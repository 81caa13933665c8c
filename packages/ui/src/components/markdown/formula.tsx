import { onDemand } from "../on-demand.tsx";
import type { FormulaProps } from "./formula-set.tsx";

/** A formula. What sets it is loaded with the first one; until then its source is shown. */
export const Formula = onDemand<FormulaProps>(
  () => import("./formula-set.tsx").then((module) => module.FormulaSet),
  ({ source, isBlock = false }) =>
    isBlock ? (
      <p className="formula-block">
        <code>{source}</code>
      </p>
    ) : (
      <code>{source}</code>
    ),
);
