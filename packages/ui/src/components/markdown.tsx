import { onDemand } from "./on-demand.tsx";
import { Skeleton } from "./skeleton.tsx";

/** Markdown made safe: no script, no remote picture before a click. The renderer is only loaded where there is some. */
export const Markdown = onDemand(
  () => import("./markdown-rendered.tsx").then((module) => module.MarkdownRendered),
  <Skeleton rows={4} height={20} />,
);
