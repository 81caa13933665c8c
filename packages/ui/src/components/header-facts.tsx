import type { ReactNode } from "react";

/** Terms with their values in a line below a heading. */
export function HeaderFacts({ children }: { readonly children: ReactNode }) {
  return <dl className="flex flex-wrap items-center gap-x-5 gap-y-1 text-muted">{children}</dl>;
}

export function HeaderFact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="flex min-w-0 items-center gap-1.5">
      <dt className="shrink-0 text-faint">{name}</dt>
      <dd className="flex min-w-0 flex-wrap items-center gap-x-1 break-words text-text">{children}</dd>
    </div>
  );
}
