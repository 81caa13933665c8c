import { Link } from "@tanstack/react-router";
import type { PlaceStatus } from "../api/types.ts";
import { Button, buttonClass } from "../components/button.tsx";
import { SearchField } from "../components/field.tsx";
import { FilterButton } from "../components/filter-button.tsx";
import { Icon } from "../components/icon.tsx";
import { Menu, MenuCheck } from "../components/menu.tsx";
import { lookOfPoolType } from "./pool-types.ts";
import {
  isPoolFilter,
  noPoolFilter,
  poolStatuses,
  type WorkPoolsSearch,
  type WorkPoolsSearchChange,
} from "./work-pools-search.ts";

interface Props {
  readonly search: WorkPoolsSearch;
  readonly onChange: (change: WorkPoolsSearchChange) => void;
}

/** All filters of work pools, and the way to a new one. */
export function WorkPoolFilters({ search, onChange, types }: Props & { readonly types: readonly string[] }) {
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <SearchField
        label="Filter by name"
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q === "" ? undefined : q })}
        className="w-52"
      />
      <StatusFilter search={search} onChange={onChange} />
      {types.length < 2 && search.type === undefined ? null : (
        <TypeFilter search={search} onChange={onChange} types={types} />
      )}
      {isPoolFilter(search) ? (
        <Button look="ghost" onClick={() => onChange(noPoolFilter)}>
          Clear
        </Button>
      ) : null}
      <Link to="/new-work-pool" className={`${buttonClass("primary")} ml-auto`}>
        <Icon name="plus" className="size-3.5" /> Create
      </Link>
    </div>
  );
}

function StatusFilter({ search, onChange }: Props) {
  const { status: chosen = [] } = search;
  const labels = poolStatuses.flatMap(({ value, label }) => (chosen.includes(value) ? [label] : []));
  return (
    <Menu trigger={<FilterButton icon="filter" name="Status" value={labels.join(", ")} />}>
      {poolStatuses.map(({ value, label }) => (
        <MenuCheck
          key={value}
          checked={chosen.includes(value)}
          onChange={(on) => onChange({ status: toggled<PlaceStatus>(chosen, value, on) })}
        >
          {label}
        </MenuCheck>
      ))}
    </Menu>
  );
}

function TypeFilter({ search, onChange, types }: Props & { readonly types: readonly string[] }) {
  const { type: chosen = [] } = search;
  const labels = chosen.map((type) => lookOfPoolType(type).label);
  return (
    <Menu trigger={<FilterButton icon="pool" name="Type" value={labels.join(", ")} />}>
      {[...new Set([...chosen, ...types])].map((type) => (
        <MenuCheck
          key={type}
          checked={chosen.includes(type)}
          onChange={(on) => onChange({ type: toggled(chosen, type, on) })}
        >
          <span className="truncate">{lookOfPoolType(type).label}</span>
        </MenuCheck>
      ))}
    </Menu>
  );
}

function toggled<Value>(chosen: readonly Value[], value: Value, on: boolean): readonly Value[] | undefined {
  const next = on ? [...chosen, value] : chosen.filter((one) => one !== value);
  return next.length === 0 ? undefined : next;
}
