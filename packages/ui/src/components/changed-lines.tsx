import type { DiffLine } from "./line-diff.ts";

/** Lines of two texts: what was removed, what was added, and what is the same in both. */
export function ChangedLines({ lines }: { readonly lines: readonly DiffLine[] }) {
  return (
    <div role="region" aria-label="Changes" className="overflow-x-auto rounded-md border font-mono text-xs leading-5">
      {lines.map((line, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a comparison have no identity
          key={index}
          className="flex min-w-0 gap-2 px-2 whitespace-pre-wrap"
          style={
            line.kind === "same"
              ? undefined
              : {
                  background: `color-mix(in oklab, var(--state-${line.kind === "added" ? "completed" : "failed"}) 14%, transparent)`,
                }
          }
        >
          <span className="w-3 shrink-0 text-faint select-none">
            {line.kind === "added" ? "+" : line.kind === "removed" ? "−" : ""}
          </span>
          <span className="min-w-0 break-words">
            {line.kind === "same" ? null : <span className="sr-only">{line.kind}: </span>}
            {line.text === "" ? " " : line.text}
          </span>
        </div>
      ))}
    </div>
  );
}
