import type { LimitList } from "../api/types.ts";
import { Button, Segmented } from "../components/button.tsx";
import { SearchField } from "../components/field.tsx";
import { count } from "../format.ts";
import {
  isLimitFilter,
  type LimitsSearch,
  type LimitsSearchChange,
  noLimitFilter,
} from "./concurrency-limits-search.ts";

/** All filters of limits, and the way to a new one. */
export function LimitFilters(props: {
  readonly search: LimitsSearch;
  readonly onChange: (change: LimitsSearchChange) => void;
  readonly kinds: LimitList["kinds"] | undefined;
  readonly onCreate: () => void;
}) {
  const { search, onChange, kinds, onCreate } = props;
  const choices = [
    { value: "people", label: labelled("Names and tags", (kinds?.global ?? 0) + (kinds?.tag ?? 0)) },
    { value: "deployment", label: labelled("Deployments", kinds?.deployment ?? 0) },
    { value: "key", label: labelled("Flows and tasks by key", kinds?.key ?? 0) },
  ] as const;
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <SearchField
        label="Filter by name"
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q === "" ? undefined : q })}
        className="w-52"
      />
      <div className="max-w-full overflow-x-auto [scrollbar-width:none]">
        <Segmented
          label="Who makes the limits"
          value={search.of ?? "people"}
          options={choices}
          onChange={(of) => onChange({ of: of === "people" ? undefined : of })}
        />
      </div>
      <Button
        icon="clock"
        aria-pressed={search.waiting !== undefined}
        className={search.waiting === undefined ? "" : "border-accent text-accent"}
        onClick={() => onChange({ waiting: search.waiting === undefined ? "yes" : undefined })}
      >
        Somebody waits
      </Button>
      {isLimitFilter(search) ? (
        <Button look="ghost" onClick={() => onChange(noLimitFilter)}>
          Clear
        </Button>
      ) : null}
      <Button look="primary" icon="plus" className="ml-auto" onClick={onCreate}>
        Create
      </Button>
    </div>
  );
}

function labelled(label: string, found: number): string {
  return found === 0 ? label : `${label} ${count(found)}`;
}
