import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import type { FlowPage as FlowPageData } from "../api/types.ts";
import { RunBarChart } from "../charts/run-bar-chart.tsx";
import { buttonClass } from "../components/button.tsx";
import { Copyable } from "../components/copy.tsx";
import { Failure } from "../components/failure.tsx";
import { Select } from "../components/field.tsx";
import { Icon } from "../components/icon.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Fact, Facts, Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Tabs } from "../components/tabs.tsx";
import { Tags } from "../components/tag.tsx";
import { count, exact, percent, seconds } from "../format.ts";
import { FailureRow } from "../runs/failure-row.tsx";
import { runColumns } from "../runs/run-columns.tsx";
import { RunsOf } from "../runs/runs-of.tsx";
import { StateIcon } from "../runs/state.tsx";
import { type StateType, stateColor, stateLook, stateTypeOrder } from "../states.ts";
import { DurationChart } from "./duration-chart.tsx";
import { flowQuery } from "./flows.queries.ts";
import { type FlowSearch, flowSpans, readFlowSearch } from "./flows-search.ts";
import { ParameterSchema } from "./parameter-schema.tsx";

const DeploymentsOfFlow = onDemand(
  () => import("../deployments/deployments-of-flow.tsx").then((module) => module.DeploymentsOfFlow),
  <Skeleton rows={3} height={52} />,
);

const route = getRouteApi("/flows/flow/$id");
const columns = runColumns.filter((column) => ["state", "started", "duration", "tasks", "tags"].includes(column.id));

export function FlowPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery({ ...flowQuery(id, search.days), placeholderData: keepPreviousData });
  const change = (next: { readonly [K in keyof FlowSearch]?: FlowSearch[K] | undefined }) =>
    void navigate({ search: (before) => readFlowSearch({ ...before, ...next }), resetScroll: false });
  const page = query.data;
  if (page === undefined) {
    return (
      <Page title="Flow">
        {query.isError ? (
          <Failure error={query.error} what="The flow" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={12} />
        )}
      </Page>
    );
  }
  return (
    <Page title={page.flow.name} ownHeading>
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="mr-auto min-w-0 text-lg font-semibold break-words">{page.flow.name}</h1>
        <Tags wrap tags={page.flow.tags} />
        <Select
          label="Time"
          value={search.days ?? "30"}
          options={flowSpans}
          onChange={(days) => change({ days: days === "30" ? undefined : days })}
        />
        <Link to="/runs" search={{ flow: [id] }} className={buttonClass()}>
          <Icon name="runs" className="size-3.5" /> All runs
        </Link>
      </div>
      <Figures page={page} since={spanOf(search.days)} />
      <div className="grid gap-4 lg:grid-cols-2">
        <Section title="Recent runs">
          <div className="py-3 pr-3 pl-1">
            {page.recent.length === 0 ? (
              <p className="flex h-[110px] items-center justify-center text-faint">No run yet.</p>
            ) : (
              <RunBarChart runs={page.recent} height={110} label="Recent runs" />
            )}
          </div>
        </Section>
        <Section title="Duration: median and p95">
          <DurationChart
            durations={page.durations}
            onSpan={(since, until) =>
              void navigate({
                to: "/runs",
                search: { flow: [id], since: new Date(since).toISOString(), until: new Date(until).toISOString() },
              })
            }
          />
        </Section>
      </div>
      {page.failures.groups.length === 0 ? null : (
        <Section title="Failures">
          {page.failures.groups.map((group) => (
            <FailureRow key={group.key} group={group} lists={{ since: spanOf(search.days) }} flowIsKnown />
          ))}
        </Section>
      )}
      <Tabs
        label="The flow"
        value={search.tab ?? "runs"}
        onChange={(tab) => change({ tab: tab === "runs" ? undefined : tab })}
        tabs={[
          { value: "runs", label: "Runs" },
          { value: "deployments", label: "Deployments" },
          { value: "parameters", label: "Parameters" },
          { value: "details", label: "Details" },
        ]}
      >
        {search.tab === undefined ? <FlowRuns id={id} /> : null}
        {search.tab === "deployments" ? <DeploymentsOfFlow id={id} /> : null}
        {search.tab === "parameters" ? <ParameterSchema schema={page.parameter_schema} /> : null}
        {search.tab === "details" ? <Details page={page} /> : null}
      </Tabs>
    </Page>
  );
}

/** The page's time range as a search of the list of runs. */
function spanOf(days: FlowSearch["days"]): string {
  return days === "1" ? "24h" : `${days ?? "30"}d`;
}

function Figures({ page, since }: { readonly page: FlowPageData; readonly since: string }) {
  const lists = { flow: [page.flow.id], since };
  const total = Object.values(page.counts).reduce((sum, value) => sum + value, 0);
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-3">
      <Figure name="Runs">
        <Link to="/runs" search={lists} className="hover:underline">
          {count(total)}
        </Link>
      </Figure>
      <Figure name="Success">
        {page.success_rate === null ? (
          "–"
        ) : (
          <Link
            to="/runs"
            search={{ ...lists, state: ["COMPLETED", "FAILED", "CRASHED"] }}
            className="hover:underline"
            title="Of the runs that completed, failed or crashed"
          >
            {percent(page.success_rate)}
          </Link>
        )}
      </Figure>
      <Figure name="Median">{page.median === null ? "–" : seconds(page.median)}</Figure>
      <Figure name="p95">{page.p95 === null ? "–" : seconds(page.p95)}</Figure>
      {stateTypeOrder
        .filter((type) => (page.counts[type] ?? 0) > 0)
        .map((type) => (
          <Figure key={type} name={stateLook(type).label} state={type}>
            <Link
              to="/runs"
              search={{ ...lists, state: [type] }}
              className="hover:underline"
              style={{ color: stateColor(stateLook(type)) }}
            >
              {count(page.counts[type] ?? 0)}
            </Link>
          </Figure>
        ))}
    </dl>
  );
}

function Figure(props: { readonly name: string; readonly state?: StateType; readonly children: ReactNode }) {
  const { name, state, children } = props;
  return (
    <div>
      <dt className="flex items-center gap-1.5 text-xs text-muted">
        {state === undefined ? null : <StateIcon silent type={state} className="size-3.5" />}
        {name}
      </dt>
      <dd className="text-xl font-semibold">{children}</dd>
    </div>
  );
}

function FlowRuns({ id }: { readonly id: string }) {
  const search = useMemo(() => ({ flow: [id] }), [id]);
  return (
    <RunsOf search={search} isOwn={(run) => run.flow_id === id} figures={["flows", "flow", id]} columns={columns}>
      <p className="py-4 text-muted">
        No run of this flow is stored. The next run appears here as soon as the flow is called, for example by{" "}
        <code className="text-xs">npx --no ostinato run</code> with its file.
      </p>
    </RunsOf>
  );
}

function Details({ page }: { readonly page: FlowPageData }) {
  return (
    <Facts>
      <Fact name="Id">
        <Copyable text={page.flow.id} label="Copy the id" />
      </Fact>
      <Fact name="Created">{exact(page.flow.created)}</Fact>
      <Fact name="Tags">{page.flow.tags.length === 0 ? "–" : <Tags wrap tags={page.flow.tags} most={30} />}</Fact>
    </Facts>
  );
}
