import type { ReactNode } from "react";

function Tag({ children, title }: { readonly children: ReactNode; readonly title?: string }) {
  return (
    <span
      title={title}
      className="inline-block max-w-40 truncate rounded-sm border bg-sunken px-1.5 text-2xs text-muted"
    >
      {children}
    </span>
  );
}

export function Tags(props: {
  readonly tags: readonly string[];
  readonly most?: number;
  /** Whether they may take several lines. */
  readonly wrap?: boolean;
}) {
  const { tags, most = 3, wrap = false } = props;
  if (tags.length === 0) return null;
  const hidden = tags.slice(most);
  return (
    <span className={`inline-flex min-w-0 items-center gap-1 ${wrap ? "flex-wrap" : ""}`}>
      {tags.slice(0, most).map((tag) => (
        <Tag key={tag} title={tag}>
          {tag}
        </Tag>
      ))}
      {hidden.length === 0 ? null : <Tag title={hidden.join(", ")}>+{hidden.length}</Tag>}
    </span>
  );
}

/** A small number beside a label. */
export function Badge({ children }: { readonly children: ReactNode }) {
  return <span className="rounded-sm bg-pressed px-1.5 text-2xs leading-4 font-medium text-muted">{children}</span>;
}
