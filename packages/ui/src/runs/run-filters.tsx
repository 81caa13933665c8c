import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { StateType } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { fieldClass, SearchField } from "../components/field.tsx";
import { FilterButton, filterClass } from "../components/filter-button.tsx";
import { Icon } from "../components/icon.tsx";
import { Menu, MenuCheck, MenuField, MenuItem, MenuLabel, MenuSeparator } from "../components/menu.tsx";
import { dateAndClock, spanText } from "../format.ts";
import { filterableStateNames, stateLook, stateTypeOfName, stateTypeOrder } from "../states.ts";
import { DeploymentFilter } from "./deployment-filter.tsx";
import { choiceCount, type FilterCounts, nothingToCount, type StateCounts } from "./filter-counts.ts";
import { flowNamesQuery, flowRunCounts, observedStatesQuery } from "./runs.queries.ts";
import { isFiltered, noFilter, type RunsSearch, type RunsSearchChange, timeSpans } from "./runs-search.ts";
import { StateIcon } from "./state.tsx";

/** From this many flows on, the menu has a search field. */
const manyFlows = 10;
const maxTags = 30;

/** All filters of runs, as a row of buttons that show their values. */
export function RunFilters(props: {
  readonly search: RunsSearch;
  readonly onChange: (change: RunsSearchChange) => void;
  /** Tags of the displayed runs, for choosing. */
  readonly knownTags: readonly string[];
  /** The name of the run whose subflows are shown. */
  readonly parentName: string | undefined;
}) {
  const { search, onChange } = props;
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-1.5">
      <SearchField
        label="Filter by name"
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q === "" ? undefined : q })}
        className="w-44"
      />
      <StateFilter search={search} onChange={onChange} counts={flowRunCounts(search)} />
      <FlowFilter search={search} onChange={onChange} counts={flowRunCounts(search)} />
      <DeploymentFilter search={search} onChange={onChange} />
      <TimeFilter
        range={{ since: search.since, until: search.until }}
        spans={timeSpans}
        anyTime
        onChange={({ since, until }) => onChange({ since, until })}
      />
      <TagFilter search={search} onChange={onChange} known={props.knownTags} />
      <SubflowFilter search={search} onChange={onChange} parentName={props.parentName} />
      <PlaceChips search={search} onChange={onChange} />
      <FailureChip search={search} onChange={onChange} />
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
  /** How many of the listed each flow has; without it no numbers are shown. */
  readonly counts?: Pick<FilterCounts, "byFlow" | "noun">;
  readonly onChange: (change: { readonly flow: readonly string[] | undefined }) => void;
}

interface TagProps {
  readonly search: Pick<RunsSearch, "tag">;
  readonly onChange: (change: { readonly tag: readonly string[] | undefined }) => void;
  readonly known?: readonly string[];
}

interface StateProps {
  readonly search: Pick<RunsSearch, "state">;
  readonly counts: Pick<FilterCounts, "byState" | "noun">;
  readonly onChange: (change: { readonly state: readonly string[] | undefined }) => void;
}

export function StateFilter({ search, onChange, counts }: StateProps) {
  const [opened, setOpened] = useState(false);
  const chosen = search.state ?? [];
  // Programs may name their states freely: the names are read when the menu opens.
  const observed = useQuery({ ...observedStatesQuery, enabled: opened || chosen.length > 0 });
  const others = new Map(
    (observed.data ?? [])
      .filter(({ state_name: name }) => !filterableStateNames.includes(name))
      .filter(({ state_type: type, state_name: name }) => stateLook(type, name) !== stateLook(type))
      .map(({ state_type, state_name }) => [state_name, state_type] as const),
  );
  const toggle = (state: string, on: boolean) => {
    const next = on ? [...chosen, state] : chosen.filter((one) => one !== state);
    onChange({ state: next.length === 0 ? undefined : next });
  };
  const labels = chosen.map((state) => lookOf(state).label);
  return (
    <Menu
      trigger={
        <FilterButton
          icon="filter"
          name="State"
          value={labels.join(", ")}
          onPointerEnter={() => setOpened(true)}
          onFocus={() => setOpened(true)}
        />
      }
    >
      <StateChoices chosen={chosen} others={others} counts={counts} onToggle={toggle} />
    </Menu>
  );
}

/** The entries of an open menu: only then is anything counted. */
function StateChoices(props: {
  readonly chosen: readonly string[];
  readonly others: ReadonlyMap<string, StateType>;
  readonly counts: StateProps["counts"];
  readonly onToggle: (state: string, on: boolean) => void;
}) {
  const { chosen, others, counts, onToggle } = props;
  const counted = useQuery(counts.byState);
  const countIn = (wanted: (row: StateCounts["counts"][number]) => boolean) =>
    choiceCount(counted.data, counts.noun, wanted);
  return (
    <>
      {stateTypeOrder.map((type) => (
        <MenuCheck
          key={type}
          checked={chosen.includes(type)}
          onChange={(on) => onToggle(type, on)}
          count={countIn((row) => row.state_type === type)}
        >
          <StateIcon silent type={type} /> {stateLook(type).label}
        </MenuCheck>
      ))}
      <MenuSeparator />
      <MenuLabel>By the state's name</MenuLabel>
      {[...filterableStateNames.map((name) => [name, stateTypeOfName(name)] as const), ...others].map(
        ([name, type]) => (
          <MenuCheck
            key={name}
            checked={chosen.includes(name)}
            onChange={(on) => onToggle(name, on)}
            count={countIn((row) => row.state_name === name)}
          >
            <StateIcon silent type={type} name={name} /> <span className="truncate">{stateLook(type, name).label}</span>
          </MenuCheck>
        ),
      )}
      <CappedNote counted={counted.data} noun={counts.noun} />
    </>
  );
}

export function FlowFilter({ search, onChange, counts }: FlowProps) {
  const [opened, setOpened] = useState(false);
  const [text, setText] = useState("");
  const chosen = search.flow ?? [];
  // Read on demand: to choose from, or to name the chosen ones.
  const flows = useQuery({ ...flowNamesQuery, enabled: opened || chosen.length > 0 });
  const names = chosen.map((id) => flows.data?.find((flow) => flow.id === id)?.name ?? "…");
  const toggle = (id: string, on: boolean) => {
    const next = on ? [...chosen, id] : chosen.filter((one) => one !== id);
    onChange({ flow: next.length === 0 ? undefined : next });
  };
  const all = flows.data ?? [];
  const wanted = text.trim().toLowerCase();
  const shown = all.filter((flow) => chosen.includes(flow.id) || flow.name.toLowerCase().includes(wanted));
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
      {all.length > manyFlows ? <MenuField label="Find a flow" value={text} onChange={setText} /> : null}
      <FlowChoices flows={shown} chosen={chosen} counts={counts} onToggle={toggle} />
      {flows.data !== undefined && shown.length === 0 ? (
        <MenuLabel>{all.length === 0 ? "No flow yet" : "No flow has this in its name"}</MenuLabel>
      ) : null}
      {flows.isFetching && flows.data === undefined ? <MenuLabel>Reading…</MenuLabel> : null}
    </Menu>
  );
}

/** The entries of an open menu: only then is anything counted. */
function FlowChoices(props: {
  readonly flows: readonly { readonly id: string; readonly name: string }[];
  readonly chosen: readonly string[];
  readonly counts: FlowProps["counts"];
  readonly onToggle: (id: string, on: boolean) => void;
}) {
  const { flows, chosen, counts, onToggle } = props;
  const counted = useQuery(counts?.byFlow ?? nothingToCount);
  return (
    <>
      {flows.map((flow) => (
        <MenuCheck
          key={flow.id}
          checked={chosen.includes(flow.id)}
          onChange={(on) => onToggle(flow.id, on)}
          count={
            counts === undefined ? undefined : choiceCount(counted.data, counts.noun, (row) => row.flow_id === flow.id)
          }
        >
          <span className="truncate">{flow.name}</span>
        </MenuCheck>
      ))}
      {counts === undefined ? null : <CappedNote counted={counted.data} noun={counts.noun} />}
    </>
  );
}

/** Says why no numbers stand in a menu. */
function CappedNote({
  counted,
  noun,
}: {
  readonly counted: { readonly count_capped: boolean } | undefined;
  readonly noun: string;
}) {
  return counted?.count_capped === true ? (
    <MenuLabel>Too many {noun}s to count them: narrow the filter</MenuLabel>
  ) : null;
}

export interface TimeRange {
  /** A span back from now, or a timestamp. */
  readonly since: string | undefined;
  readonly until: string | undefined;
}

/** A span back from now, or a start and an end; on pages without "any time", a default span. */
export function TimeFilter(props: {
  readonly range: TimeRange;
  readonly spans: readonly { readonly value: string; readonly label: string }[];
  readonly anyTime: boolean;
  readonly onChange: (range: TimeRange) => void;
}) {
  const { spans, anyTime, onChange } = props;
  const { since, until } = props.range;
  const span = spans.find((one) => one.value === since && until === undefined);
  const value = span?.label ?? rangeText(since, until);
  return (
    <Menu trigger={<FilterButton icon="clock" name="Time" value={value} quiet={!anyTime && span !== undefined} />}>
      {anyTime ? <MenuItem onSelect={() => onChange({ since: undefined, until: undefined })}>Any time</MenuItem> : null}
      {spans.map((one) => (
        <MenuItem key={one.value} onSelect={() => onChange({ since: one.value, until: undefined })}>
          {one.label}
        </MenuItem>
      ))}
      <MenuSeparator />
      <TimeForm range={props.range} onChange={onChange} />
    </Menu>
  );
}

/** Both ends as fields, applied on submit, because half a date is not a filter. */
function TimeForm({ range, onChange }: { readonly range: TimeRange; readonly onChange: (range: TimeRange) => void }) {
  const read = (form: HTMLFormElement, name: string) => {
    const text = new FormData(form).get(name);
    return typeof text === "string" && text !== "" ? new Date(text).toISOString() : undefined;
  };
  return (
    <form
      className="flex flex-col gap-1 p-1"
      onKeyDown={(event) => event.key === "Escape" || event.stopPropagation()}
      onSubmit={(event) => {
        event.preventDefault();
        const [since, until] = [read(event.currentTarget, "from"), read(event.currentTarget, "to")];
        onChange({ since, until });
      }}
    >
      {(["from", "to"] as const).map((side) => (
        <label key={side} className="flex items-center justify-between gap-3 px-1 text-sm">
          <span className="text-muted">{side === "from" ? "From" : "To"}</span>
          <input
            type="datetime-local"
            name={side}
            className={fieldClass}
            defaultValue={localInput(side === "from" ? range.since : range.until)}
          />
        </label>
      ))}
      <Button type="submit" className="mt-1 self-end">
        Apply
      </Button>
    </form>
  );
}

export function TagFilter({ search, onChange, known = [] }: TagProps) {
  const [text, setText] = useState("");
  const chosen = search.tag ?? [];
  const set = (tags: readonly string[]) => onChange({ tag: tags.length === 0 ? undefined : tags });
  const wanted = text.trim();
  const others = known.filter((tag) => !chosen.includes(tag) && tag.toLowerCase().includes(wanted.toLowerCase()));
  const add = () => {
    if (wanted !== "" && !chosen.includes(wanted)) set([...chosen, wanted]);
    setText("");
  };
  return (
    <Menu trigger={<FilterButton icon="bookmark" name="Tags" value={chosen.join(", ")} />}>
      <MenuField label="Tag, then Enter" value={text} onChange={setText} onEnter={add} />
      {[...chosen, ...others.slice(0, maxTags)].map((tag) => (
        <MenuCheck
          key={tag}
          checked={chosen.includes(tag)}
          onChange={(on) => set(on ? [...chosen, tag] : chosen.filter((one) => one !== tag))}
        >
          <span className="truncate">{tag}</span>
        </MenuCheck>
      ))}
    </Menu>
  );
}

function SubflowFilter({ search, onChange, parentName }: FilterProps & { readonly parentName: string | undefined }) {
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
          <span className="max-w-48 truncate">Subflows of {parentName ?? search.parent.slice(0, 8)}</span>
          <Icon name="close" className="size-3" />
          <span className="sr-only">Show all runs</span>
        </button>
      )}
    </>
  );
}

/** Work pools and queues, which links to the list name. */
function PlaceChips({ search, onChange }: FilterProps) {
  return (
    <>
      {search.pool === undefined ? null : (
        <button type="button" className={filterClass(true)} onClick={() => onChange({ pool: undefined })}>
          <span className="max-w-48 truncate">In {search.pool.join(", ")}</span>
          <Icon name="close" className="size-3" />
          <span className="sr-only">Show runs of all work pools</span>
        </button>
      )}
      {search.queue === undefined ? null : (
        <button type="button" className={filterClass(true)} onClick={() => onChange({ queue: undefined })}>
          <span className="max-w-48 truncate">{search.queue.length === 1 ? "One queue" : "Some queues"}</span>
          <Icon name="close" className="size-3" />
          <span className="sr-only">Show runs of all work queues</span>
        </button>
      )}
    </>
  );
}

/** A group of failures, to which the dashboard and the pages of flows link. */
function FailureChip({ search, onChange }: FilterProps) {
  if (search.failure === undefined) return null;
  return (
    <button type="button" className={filterClass(true)} onClick={() => onChange({ failure: undefined })}>
      Same failure
      <Icon name="close" className="size-3" />
      <span className="sr-only">Show other runs too</span>
    </button>
  );
}

function lookOf(state: string) {
  const type = stateTypeOrder.find((one) => one === state);
  return type === undefined ? stateLook(stateTypeOfName(state), state) : stateLook(type);
}

function rangeText(since: string | undefined, until: string | undefined): string {
  const [from, to] = [since, until].map((time) => (time === undefined ? "" : timeText(time)));
  if (since === undefined || until === undefined)
    return [from === "" ? "" : `from ${from}`, to === "" ? "" : `to ${to}`].join("").trim();
  return Number.isNaN(Date.parse(since)) || Number.isNaN(Date.parse(until))
    ? `${from} – ${to}`
    : spanText(since, until);
}

function timeText(time: string): string {
  return Number.isNaN(Date.parse(time)) ? time : dateAndClock(time);
}

/** A timestamp as a datetime field needs it: local, without a zone. */
function localInput(moment: string | undefined): string {
  if (moment === undefined || Number.isNaN(Date.parse(moment))) return "";
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
