import { lazy, Suspense } from "react";
import { Skeleton } from "./skeleton.tsx";

const Rendered = lazy(() => import("./markdown-rendered.tsx").then((module) => ({ default: module.MarkdownRendered })));

/** Markdown made safe: no script, no remote picture before a click. The renderer is only loaded where there is some. */
export function Markdown({ text }: { readonly text: string }) {
  return (
    <Suspense fallback={<Skeleton rows={4} height={20} />}>
      <Rendered text={text} />
    </Suspense>
  );
}
