import { onDemand } from "../on-demand.tsx";
import type { DiagramProps } from "./diagram-drawn.tsx";

/** A diagram. What draws it is loaded with the first one; until then its source is shown. */
export const Diagram = onDemand<DiagramProps>(
  () => import("./diagram-drawn.tsx").then((module) => module.DiagramDrawn),
  ({ source }) => <pre>{source}</pre>,
);
