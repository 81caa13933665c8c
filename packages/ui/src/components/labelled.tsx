import type { ReactNode } from "react";

/** A field with its name above. */
export function Labelled(props: { readonly name: string; readonly required?: boolean; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is its child
    <label className="flex min-w-0 flex-col gap-1">
      <span className="text-muted">
        {props.name}
        {props.required === true ? <RequiredMark /> : null}
      </span>
      {props.children}
    </label>
  );
}

/** Follows the name of a field that has to be filled; all others may stay empty. Screen readers are told by the field itself. */
export function RequiredMark() {
  return (
    <span aria-hidden="true" className="font-normal text-muted">
      {" "}
      · required
    </span>
  );
}
