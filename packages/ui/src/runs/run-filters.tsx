import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Button } from "../components/button.tsx";
import { fieldClass, SearchField } from "../components/field.tsx";
import { Icon, type IconName } from "../components/icon.tsx";
import { Menu, MenuCheck, MenuItem, MenuLabel, MenuSeparator } from "../components/menu.tsx";
import { StateIcon } from "../components/state.tsx";
import { dateAndClock } from "../format.ts";
import { filterableStateNames, stateLook, stateTypeOfName, stateTypeOrder } from "../states.ts";
import { flowNamesQuery } from "./runs.queries.ts";
import { isFiltered, noFilter, type RunsSearch, type RunsSearchChange, timeSpans } from "./runs-search.ts";

/** Every filter of runs, as one row of quiet buttons that say what they hold. */
export function RunFilters(props: {
  readonly search: RunsSearch;
  readonly onChange: (change: RunsSearchChange) => void;
  /** Filters that the page itself has fixed. */
  readonly without?: readonly ("flow" | "name")[];
}) {
  const { search, onChange, without = [] } = props;
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-1.5">
      {without.includes("name") ? null : (
        <SearchField
          label="Filter by name"
          value={search.q ?? ""}
          onChange={(q) => onChange({ q: q === "" ? undefined : q })}
          className="w-44"
        />
      )}
      <StateFilter search={search} onChange={onChange} />
      {without.includes("flow") ? null : <FlowFilter search={search} onChange={onChange} />}
      <TimeFilter search={search} onChange={onChange} />
      <TagFilter search={search} onChange={onChange} />
      <SubflowFilter search={search} onChange={onChange} />
      {isFiltered(search) ? (
        <Button look="ghost" onClick={() => onChange(noFilter)}>
          Clear
        </Button>
      ) : null}
    </div>
  );
}

interface FilterProps {
  readonly search: RunsSearch;
  readonly onChange: (change: RunsSearchChange) => void;
}

interface FlowProps {
  readonly search: Pick<RunsSearch, "flow">;
  readonly onChange: (change: { readonly flow: readonly string[] | undefined }) => void;
}

interface TagProps {
  readonly search: Pick<RunsSearch, "tag">;
  readonly onChange: (change: { readonly tag: readonly string[] | undefined }) => void;
}

function StateFilter({ search, onChange }: FilterProps) {
  const chosen = search.state ?? [];
  const toggle = (state: string, on: boolean) => {
    const next = on ? [...chosen, state] : chosen.filter((one) => one !== state);
    onChange({ state: next.length === 0 ? undefined : next });
  };
  const labels = chosen.map((state) => lookOf(state).label);
  return (
    <Menu trigger={<FilterButton icon="filter" name="State" value={labels.join(", ")} />}>
      {stateTypeOrder.map((type) => (
        <MenuCheck key={type} checked={chosen.includes(type)} onChange={(on) => toggle(type, on)}>
          <StateIcon silent type={type} /> {stateLook(type).label}
        </MenuCheck>
      ))}
      <MenuSeparator />
      <MenuLabel>By the state's name</MenuLabel>
      {filterableStateNames.map((name) => (
        <MenuCheck key={name} checked={chosen.includes(name)} onChange={(on) => toggle(name, on)}>
          <StateIcon silent type={stateTypeOfName(name)} name={name} /> {lookOf(name).label}
        </MenuCheck>
      ))}
    </Menu>
  );
}

export function FlowFilter({ search, onChange }: FlowProps) {
  const [opened, setOpened] = useState(false);
  const chosen = search.flow ?? [];
  // Only read when it is needed: to be chosen from, or to say the name of what is chosen.
  const flows = useQuery({ ...flowNamesQuery, enabled: opened || chosen.length > 0 });
  const names = chosen.map((id) => flows.data?.find((flow) => flow.id === id)?.name ?? "…");
  const toggle = (id: string, on: boolean) => {
    const next = on ? [...chosen, id] : chosen.filter((one) => one !== id);
    onChange({ flow: next.length === 0 ? undefined : next });
  };
  return (
    <Menu
      trigger={
        <FilterButton
          icon="flows"
          name="Flow"
          value={names.join(", ")}
          onPointerEnter={() => setOpened(true)}
          onFocus={() => setOpened(true)}
        />
      }
    >
      {flows.data?.map((flow) => (
        <MenuCheck key={flow.id} checked={chosen.includes(flow.id)} onChange={(on) => toggle(flow.id, on)}>
          <span className="truncate">{flow.name}</span>
        </MenuCheck>
      ))}
      {flows.data?.length === 0 ? <MenuLabel>No flow yet</MenuLabel> : null}
      {flows.isFetching && flows.data === undefined ? <MenuLabel>Reading…</MenuLabel> : null}
    </Menu>
  );
}

function TimeFilter({ search, onChange }: FilterProps) {
  const { since, until } = search;
  const span = timeSpans.find((one) => one.value === since && until === undefined);
  const value = span?.label ?? spanText(since, until);
  return (
    <Menu trigger={<FilterButton icon="clock" name="Time" value={value} />}>
      <MenuItem onSelect={() => onChange({ since: undefined, until: undefined })}>Any time</MenuItem>
      {timeSpans.map((one) => (
        <MenuItem key={one.value} onSelect={() => onChange({ since: one.value, until: undefined })}>
          {one.label}
        </MenuItem>
      ))}
      <MenuSeparator />
      {(["since", "until"] as const).map((side) => (
        <label key={side} className="flex items-center justify-between gap-3 px-2 py-1 text-sm">
          <span className="text-muted">{side === "since" ? "From" : "To"}</span>
          <input
            type="datetime-local"
            className={fieldClass}
            defaultValue={localInput(search[side])}
            onKeyDown={(event) => event.stopPropagation()}
            onChange={(event) => {
              const moment = event.target.value === "" ? undefined : new Date(event.target.value).toISOString();
              onChange({ [side]: moment });
            }}
          />
        </label>
      ))}
    </Menu>
  );
}

export function TagFilter({ search, onChange }: TagProps) {
  const [text, setText] = useState("");
  const chosen = search.tag ?? [];
  const set = (tags: readonly string[]) => onChange({ tag: tags.length === 0 ? undefined : tags });
  return (
    <Menu trigger={<FilterButton icon="bookmark" name="Tags" value={chosen.join(", ")} />}>
      <form
        className="p-1"
        onSubmit={(event) => {
          event.preventDefault();
          const tag = text.trim();
          if (tag !== "" && !chosen.includes(tag)) set([...chosen, tag]);
          setText("");
        }}
      >
        <input
          aria-label="Tag, then Enter"
          placeholder="Tag, then Enter"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.stopPropagation()}
          className={`${fieldClass} w-full`}
        />
      </form>
      {chosen.map((tag) => (
        <MenuCheck key={tag} checked onChange={() => set(chosen.filter((one) => one !== tag))}>
          <span className="truncate">{tag}</span>
        </MenuCheck>
      ))}
    </Menu>
  );
}

function SubflowFilter({ search, onChange }: FilterProps) {
  const hidden = search.subflows === "hide";
  return (
    <>
      <button
        type="button"
        aria-pressed={hidden}
        onClick={() => onChange({ subflows: hidden ? undefined : "hide" })}
        className={filterClass(hidden)}
      >
        Hide subflows
      </button>
      {search.parent === undefined ? null : (
        <button type="button" className={filterClass(true)} onClick={() => onChange({ parent: undefined })}>
          Subflows of {search.parent.slice(0, 8)} <Icon name="close" className="size-3" />
        </button>
      )}
    </>
  );
}

export function FilterButton({
  icon,
  name,
  value,
  ...rest
}: {
  readonly icon: IconName;
  readonly name: string;
  readonly value: string;
  readonly children?: ReactNode;
} & React.ComponentProps<"button">) {
  return (
    <button type="button" {...rest} className={filterClass(value !== "")}>
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

function lookOf(state: string) {
  const type = stateTypeOrder.find((one) => one === state);
  return type === undefined ? stateLook(stateTypeOfName(state), state) : stateLook(type);
}

function spanText(since: string | undefined, until: string | undefined): string {
  if (since === undefined && until === undefined) return "";
  const from = since === undefined ? "" : `from ${Number.isNaN(Date.parse(since)) ? since : dateAndClock(since)} `;
  return `${from}${until === undefined ? "" : `to ${dateAndClock(until)}`}`.trim();
}

/** A moment as a field of date and time wants it: local, without a zone. */
function localInput(moment: string | undefined): string {
  if (moment === undefined || Number.isNaN(Date.parse(moment))) return "";
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
