import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { DeploymentRow } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { SearchField, Select } from "../components/field.tsx";
import { FilterButton } from "../components/filter-button.tsx";
import { Menu, MenuCheck } from "../components/menu.tsx";
import { choiceCount } from "../runs/filter-counts.ts";
import { FlowFilter, TagFilter } from "../runs/run-filters.tsx";
import { deploymentsByFlow, deploymentsByState } from "./deployments.queries.ts";
import {
  type DeploymentState,
  type DeploymentsSearch,
  type DeploymentsSearchChange,
  deploymentSorts,
  deploymentStates,
  isDeploymentFilter,
  noDeploymentFilter,
} from "./deployments-search.ts";

const isIn: Readonly<Record<DeploymentState, (row: Pick<DeploymentRow, "status" | "paused">) => boolean>> = {
  ready: ({ status }) => status === "READY",
  "not-ready": ({ status }) => status !== "READY",
  active: ({ paused }) => !paused,
  paused: ({ paused }) => paused,
};

interface Props {
  readonly search: DeploymentsSearch;
  readonly onChange: (change: DeploymentsSearchChange) => void;
}

/** All filters of deployments, and their order. */
export function DeploymentFilters({
  search,
  onChange,
  rows,
}: Props & {
  /** The displayed deployments, whose tags and work pools can be chosen. */
  readonly rows: readonly DeploymentRow[];
}) {
  const tags = useMemo(() => [...new Set(rows.flatMap((row) => row.tags))].sort(), [rows]);
  const pools = useMemo(() => [...new Set(rows.flatMap((row) => row.work_pool_name ?? []))].sort(), [rows]);
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <SearchField
        label="Filter by name"
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q === "" ? undefined : q })}
        className="w-52"
      />
      <StateFilter search={search} onChange={onChange} />
      <FlowFilter
        search={search}
        onChange={onChange}
        counts={{ byFlow: deploymentsByFlow(search), noun: "deployment" }}
      />
      <TagFilter search={search} onChange={onChange} known={tags} />
      {pools.length === 0 && search.pool === undefined ? null : (
        <PoolFilter search={search} onChange={onChange} known={pools} />
      )}
      {isDeploymentFilter(search) ? (
        <Button look="ghost" onClick={() => onChange(noDeploymentFilter)}>
          Clear
        </Button>
      ) : null}
      <span className="ml-auto">
        <Select
          label="Order"
          value={search.sort ?? "NAME_ASC"}
          options={deploymentSorts}
          onChange={(sort) => onChange({ sort: sort === "NAME_ASC" ? undefined : sort })}
        />
      </span>
    </div>
  );
}

function StateFilter({ search, onChange }: Props) {
  const { state: chosen = [] } = search;
  const labels = deploymentStates.filter(({ value }) => chosen.includes(value)).map(({ label }) => label.split(":")[0]);
  return (
    <Menu trigger={<FilterButton icon="filter" name="State" value={labels.join(", ")} />}>
      <StateChoices search={search} onChange={onChange} />
    </Menu>
  );
}

/** The entries of the open menu: only then is anything counted. */
function StateChoices({ search, onChange }: Props) {
  const { state: chosen = [] } = search;
  const counted = useQuery(deploymentsByState(search));
  return deploymentStates.map(({ value, label }) => (
    <MenuCheck
      key={value}
      checked={chosen.includes(value)}
      onChange={(on) => onChange({ state: toggled(chosen, value, on) })}
      count={choiceCount(counted.data, "deployment", isIn[value])}
    >
      {label}
    </MenuCheck>
  ));
}

function PoolFilter({ search, onChange, known }: Props & { readonly known: readonly string[] }) {
  const { pool: chosen = [] } = search;
  return (
    <Menu trigger={<FilterButton icon="columns" name="Work pool" value={chosen.join(", ")} />}>
      {[...new Set([...chosen, ...known])].map((name) => (
        <MenuCheck
          key={name}
          checked={chosen.includes(name)}
          onChange={(on) => onChange({ pool: toggled(chosen, name, on) })}
        >
          <span className="truncate">{name}</span>
        </MenuCheck>
      ))}
    </Menu>
  );
}

function toggled<Value>(chosen: readonly Value[], value: Value, on: boolean): readonly Value[] | undefined {
  const next = on ? [...chosen, value] : chosen.filter((one) => one !== value);
  return next.length === 0 ? undefined : next;
}
