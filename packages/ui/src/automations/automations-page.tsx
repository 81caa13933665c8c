import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { Button, buttonClass, Segmented } from "../components/button.tsx";
import { Empty } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { SearchField } from "../components/field.tsx";
import { FirstChoice } from "../components/first-choice.tsx";
import { Icon } from "../components/icon.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { amount } from "../format.ts";
import { AutomationList } from "./automation-list.tsx";
import { namesById } from "./automation-words.ts";
import { automationListQuery } from "./automations.queries.ts";
import { type AutomationsSearchChange, readAutomationsSearch } from "./automations-search.ts";
import { useLiveAutomations } from "./live-automations.ts";
import { templateNames } from "./template-names.ts";
import { templates } from "./templates.ts";
import { useAutomationActions } from "./use-automation-actions.tsx";

const shown = [
  { value: "all", label: "All" },
  { value: "on", label: "On" },
  { value: "off", label: "Off" },
] as const;

const route = getRouteApi("/automations");

export function AutomationsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const table = useRef<HTMLDivElement>(null);
  const list = useInfiniteQuery({ ...automationListQuery(search), placeholderData: keepPreviousData });
  useLiveAutomations();
  const { actions, dialog, problem } = useAutomationActions();
  const rows = useMemo(
    () => list.data?.pages.flatMap((page) => page.results.map((row) => ({ ...row, id: row.automation.id }))) ?? [],
    [list.data],
  );
  const names = useMemo(() => namesById(list.data?.pages.flatMap((page) => page.names) ?? []), [list.data]);
  const change = (next: AutomationsSearchChange) =>
    void navigate({ search: (before) => readAutomationsSearch({ ...before, ...next }), resetScroll: false });
  const first = list.data?.pages[0];
  const hasNone = first?.total === 0;
  return (
    <Page title="Automations">
      {hasNone ? null : (
        <div className="flex flex-wrap items-center gap-1.5">
          <SearchField
            label="Filter by name"
            value={search.q ?? ""}
            onChange={(q) => change({ q: q === "" ? undefined : q })}
            className="w-52"
          />
          <Segmented
            label="Which automations"
            value={search.show ?? "all"}
            options={shown}
            onChange={(show) => change({ show: show === "all" ? undefined : show })}
          />
          <Link to="/automations/new" className={`${buttonClass("primary")} ml-auto`}>
            <Icon name="plus" className="size-3.5" />
            Create
          </Link>
        </div>
      )}
      {list.isError ? (
        <Failure error={list.error} what="The list of automations" onRetry={() => void list.refetch()} />
      ) : null}
      {problem}
      {list.isPending ? <Skeleton rows={6} height={64} /> : null}
      {hasNone ? <FirstAutomation /> : null}
      {list.isSuccess && rows.length === 0 && !hasNone ? (
        <Empty title="No automation matches">
          <Button icon="close" className="mt-1" onClick={() => change({ q: undefined, show: undefined })}>
            Clear the filter
          </Button>
        </Empty>
      ) : null}
      {rows.length === 0 ? null : (
        <div className={`flex flex-col gap-1.5 ${list.isPlaceholderData ? "opacity-60" : ""}`}>
          <p className="text-xs text-faint" role="status">
            {first === undefined ? "" : amount(first.count, "automation")}
          </p>
          <AutomationList rows={rows} names={names} actions={actions} list={table} />
          {list.hasNextPage ? (
            <Button
              className="self-center"
              disabled={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              Show more
            </Button>
          ) : null}
        </div>
      )}
      {dialog}
    </Page>
  );
}

/** The content of the empty list: what an automation is, and the ways to a first one. */
function FirstAutomation() {
  return (
    <FirstChoice
      title="No automation yet"
      about="An automation waits for something to happen, or for something not to happen, and then acts: it sends a message, runs a deployment, cancels a run. Begin with what you want to hear of:"
      choices={templateNames.map((name) => ({ name, ...templates[name] }))}
      linkTo={(template) => ({ to: "/automations/new", search: { template } })}
    >
      <p className="text-muted">
        Programs, deployments and the command line make automations too: they appear here by themselves.
      </p>
    </FirstChoice>
  );
}
