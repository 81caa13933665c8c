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

const aliases: Readonly<Record<string, string>> = { count: "length", d: "default", e: "escape" };

export function filterNamed(name: string): Filter | undefined {
  return all.get(Object.hasOwn(aliases, name) ? (aliases[name] ?? name) : name);
}

/** Whether the filter looks whether a text is markup. */
export function seesMarkup(name: string): boolean {
  return ["escape", "e", "safe", "default", "d", "string"].includes(name);
}

/** Whether the filter makes markup of markup. */
export function keepsMarkup(name: string): boolean {
  return ["lower", "upper", "trim", "capitalize", "truncate", "indent", "center"].includes(name);
}

export function hasFilter(name: string): boolean {
  return filterNamed(name) !== undefined;
}
