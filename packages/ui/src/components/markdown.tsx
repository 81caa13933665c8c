import type { MarkdownProps } from "./markdown/markdown-rendered.tsx";
import { onDemand } from "./on-demand.tsx";
import { Skeleton } from "./skeleton.tsx";

/** Safe Markdown: no scripts, no remote pictures before a click. The renderer is loaded on demand. */
export const Markdown = onDemand<MarkdownProps>(
  () => import("./markdown/markdown-rendered.tsx").then((module) => module.MarkdownRendered),
  () => <Skeleton rows={4} height={20} />,
);

/** Loads the renderer beside a part that shows Markdown at once, so that nothing below the text moves when it comes. */
export async function withMarkdown<Component>(part: Promise<Component>): Promise<Component> {
  const [component] = await Promise.all([part, Markdown.load()]);
  return component;
}
