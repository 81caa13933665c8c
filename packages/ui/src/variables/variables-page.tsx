import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import { Button, buttonClass } from "../components/button.tsx";
import { CsvButton } from "../components/csv-button.tsx";
import { Empty } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { SearchField } from "../components/field.tsx";
import { FilterButton } from "../components/filter-button.tsx";
import { Icon } from "../components/icon.tsx";
import { Menu, MenuCheck } from "../components/menu.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page } from "../components/page.tsx";
import { RowTable } from "../components/row-table.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { SortMenu } from "../components/sort-menu.tsx";
import { FirstSteps } from "../first-steps/first-steps.tsx";
import { firstVariable } from "../first-steps/programs.ts";
import { amount } from "../format.ts";
import { narrowVariable, variableColumns, variableName } from "./variable-columns.tsx";
import { variableListQuery } from "./variables.queries.ts";
import {
  isNarrowed,
  readVariablesSearch,
  type VariablesSearch,
  type VariablesSearchChange,
} from "./variables-search.ts";

const VariableDialog = onDemand(() => import("./variable-dialog.tsx").then((module) => module.VariableDialog));

const route = getRouteApi("/variables");

export function VariablesPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [isMaking, setIsMaking] = useState(false);
  const list = useInfiniteQuery({ ...variableListQuery(search), placeholderData: keepPreviousData });
  useLiveVariables();
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.results) ?? [], [list.data]);
  const first = list.data?.pages[0];
  const change = (next: VariablesSearchChange) =>
    void navigate({ search: (before) => readVariablesSearch({ ...before, ...next }), resetScroll: false });
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const sort = {
    value: search.sort ?? "NAME_ASC",
    onChange: (by: typeof search.sort) => change({ sort: by }),
  } as const;
  const isEmpty = list.isSuccess && rows.length === 0;
  return (
    <Page title="Variables">
      <div className="flex flex-wrap items-start gap-2 sm:flex-nowrap">
        {isEmpty && !isNarrowed(search) ? null : <Filters search={search} tags={first?.tags ?? []} onChange={change} />}
        <span className="flex shrink-0 items-center gap-1 sm:ml-auto">
          {rows.length === 0 ? null : (
            <>
              <SortMenu name={variableName} columns={variableColumns} sort={sort} />
              <CsvButton
                file="variables.csv"
                noun="variable"
                total={first && { count: first.count, isMore: false }}
                exportRows={async (options) => (await import("./variable-csv.ts")).exportVariables(search, options)}
              />
            </>
          )}
          <Button look="primary" icon="plus" onClick={() => setIsMaking(true)}>
            New variable
          </Button>
        </span>
      </div>
      {list.isError ? (
        <Failure error={list.error} what="The list of variables" onRetry={() => void list.refetch()} />
      ) : null}
      {list.isPending ? <Skeleton rows={10} height={34} /> : null}
      {isEmpty ? <NoVariables narrowed={isNarrowed(search)} /> : null}
      {rows.length === 0 ? null : (
        <div className={`flex flex-col gap-1.5 ${list.isPlaceholderData ? "opacity-60" : ""}`}>
          <p className="text-xs text-faint" role="status">
            {first === undefined ? "" : amount(first.count, "variable")}
          </p>
          <RowTable
            label="Variables"
            rows={rows}
            name={variableName}
            columns={variableColumns}
            narrow={narrowVariable}
            sort={sort}
            onEnd={more}
          />
          {isFetchingNextPage ? <Skeleton rows={2} height={34} /> : null}
        </div>
      )}
      {isMaking ? (
        <VariableDialog
          onClose={() => setIsMaking(false)}
          onSaved={(name) => void navigate({ to: "/variables/$name", params: { name } })}
        />
      ) : null}
    </Page>
  );
}

function useLiveVariables(): void {
  const queryClient = useQueryClient();
  const again = () => queryClient.invalidateQueries({ queryKey: ["variables", "list"] });
  useLive({ kind: "variables" }, { onChanges: useRested(again), onResync: () => void again() });
}

function Filters(props: {
  readonly search: VariablesSearch;
  readonly tags: readonly string[];
  readonly onChange: (change: VariablesSearchChange) => void;
}) {
  const { search, tags, onChange } = props;
  const chosen = search.tag ?? [];
  const choices = [...new Set([...tags, ...chosen])].sort();
  const toggle = (tag: string, on: boolean) => {
    const next = on ? [...chosen, tag] : chosen.filter((one) => one !== tag);
    onChange({ tag: next.length === 0 ? undefined : next });
  };
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-1.5">
      <SearchField
        label="Filter by name"
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q === "" ? undefined : q })}
        className="w-52"
      />
      {choices.length === 0 ? null : (
        <Menu trigger={<FilterButton icon="filter" name="Tags" value={chosen.join(", ")} />}>
          {choices.map((tag) => (
            <MenuCheck key={tag} checked={chosen.includes(tag)} onChange={(on) => toggle(tag, on)}>
              {tag}
            </MenuCheck>
          ))}
        </Menu>
      )}
      {isNarrowed(search) ? (
        <Link to="/variables" className={buttonClass("ghost")}>
          Clear
        </Link>
      ) : null}
    </div>
  );
}

function NoVariables({ narrowed }: { readonly narrowed: boolean }) {
  if (!narrowed) {
    return (
      <FirstSteps title="No variable yet" programs={firstVariable} awaited="the first variable">
        A variable is a value that programs, deployments and work pools read by its name: a threshold, a list of cities,
        an address. It is not secret: keep passwords in blocks.
      </FirstSteps>
    );
  }
  return (
    <Empty title="No variable matches">
      <p>No variables meet all conditions of the filter.</p>
      <Link to="/variables" className={`${buttonClass()} mt-3`}>
        <Icon name="close" className="size-3.5" /> Clear the filter
      </Link>
    </Empty>
  );
}
