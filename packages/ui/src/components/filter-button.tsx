import type { ComponentProps, ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

/** A filter as a button that shows its value. */
export function FilterButton({
  icon,
  name,
  value,
  quiet = false,
  ...rest
}: {
  readonly icon: IconName;
  readonly name: string;
  readonly value: string;
  /** Whether it always has a value, so that it does not count as a filter. */
  readonly quiet?: boolean;
  readonly children?: ReactNode;
} & ComponentProps<"button">) {
  return (
    <button type="button" {...rest} className={filterClass(value !== "" && !quiet)}>
      <Icon name={icon} className="size-3.5" />
      {value === "" ? name : <span className="max-w-48 truncate">{value}</span>}
      {value === "" ? null : <span className="sr-only">({name})</span>}
    </button>
  );
}

export function filterClass(on: boolean): string {
  return `inline-flex h-7 items-center gap-1.5 rounded-md border px-2 text-sm whitespace-nowrap hover:bg-hover ${
    on ? "border-accent/50 bg-accent-soft font-medium text-text" : "border-dashed border-line-strong text-muted"
  }`;
}
