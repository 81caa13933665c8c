import { Markdown } from "../components/markdown.tsx";

/** The description of an artifact, in Markdown as in Prefect. */
export function ArtifactDescription({ text }: { readonly text: string | null }) {
  if (text === null || text.trim() === "") return null;
  return (
    <div role="note" aria-label="Description" className="min-w-0 border-l-2 border-line-strong pl-3 text-muted">
      <Markdown text={text} />
    </div>
  );
}
