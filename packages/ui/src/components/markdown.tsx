import { onDemand } from "./on-demand.tsx";
import { Skeleton } from "./skeleton.tsx";

/** Safe Markdown: no scripts, no remote pictures before a click. The renderer is loaded on demand. */
export const Markdown = onDemand(
  () => import("./markdown-rendered.tsx").then((module) => module.MarkdownRendered),
  <Skeleton rows={4} height={20} />,
);
