import { choosingFilters } from "./choosing-filters.ts";
import type { Filter } from "./filter.ts";
import { humanFilters } from "./human-filters.ts";
import { linkingFilters } from "./linking-filters.ts";
import { markupFilters } from "./markup-filters.ts";
import { numberFilters } from "./number-filters.ts";
import { sequenceFilters } from "./sequence-filters.ts";
import { textFilters } from "./text-filters.ts";

const all: ReadonlyMap<string, Filter> = new Map(
  Object.entries({
    ...textFilters,
    ...markupFilters,
    ...numberFilters,
    ...sequenceFilters,
    ...choosingFilters,
    ...humanFilters,
    ...linkingFilters,
  }),
);

const aliases: Readonly<Record<string, string>> = { count: "length", d: "default", e: "escape", forceescape: "escape" };

export function filterNamed(name: string): Filter | undefined {
  return all.get(Object.hasOwn(aliases, name) ? (aliases[name] ?? name) : name);
}

export function hasFilter(name: string): boolean {
  return filterNamed(name) !== undefined;
}
