import type { ReactNode } from "react";

/** A field with its name above. */
export function Labelled({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is its child
    <label className="flex min-w-0 flex-col gap-1">
      <span className="text-muted">{name}</span>
      {children}
    </label>
  );
}
