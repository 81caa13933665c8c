import { stateNames } from "@ostinato/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Dashboard } from "../api/types.ts";
import { onDemand } from "../components/on-demand.tsx";
import { Section } from "../components/page.tsx";
import { RelativeTime } from "../components/time.tsx";
import { FirstSteps } from "../first-steps/first-steps.tsx";
import { firstRun } from "../first-steps/programs.ts";
import { milliseconds } from "../format.ts";
import { FailureRow } from "../runs/failure-row.tsx";
import type { RunsSearch } from "../runs/runs-search.ts";
import { sum } from "./counts.ts";
import { FlowLine } from "./flow-line.tsx";
import { RunningRow, UpcomingRow, WaitingRow } from "./run-rows.tsx";
import { Totals } from "./totals.tsx";

const WaitsForYou = onDemand(
  () => import("../questions/waits-for-you.tsx").then((module) => module.WaitsForYou),
  ({ questions }) => <Room rows={questions.length} rowHeight={53} />,
);
const FailingAutomations = onDemand(
  () => import("../automations/failing-automations.tsx").then((module) => module.FailingAutomations),
  ({ automations }) => <Room rows={automations.length} rowHeight={36} />,
);
const PoolsInTrouble = onDemand(
  () => import("../work-pools/pools-in-trouble.tsx").then((module) => module.PoolsInTrouble),
  ({ pools }) => <Room rows={pools.length} rowHeight={36} />,
);
const HistoryChart = onDemand(() => import("./history-chart.tsx").then((module) => module.HistoryChart));

const runningStates = ["RUNNING", "PENDING", "CANCELLING"];
const waitingStates = ["SCHEDULED"];
const upcomingState = [stateNames.scheduled];

/** The room of a section until its code has loaded, so that what is below stays. */
function Room({ rows, rowHeight }: { readonly rows: number; readonly rowHeight: number }) {
  const headAndBorders = 38;
  return <div style={{ height: headAndBorders + rows * rowHeight }} />;
}

/** Everything below the filters. */
export function Overview({
  data,
  lists,
  onSpan,
}: {
  readonly data: Dashboard;
  readonly lists: RunsSearch;
  readonly onSpan: (since: number, until: number) => void;
}) {
  const total = sum(data.counts);
  // Running and waiting runs are shown whatever the page's time range is.
  const { since: _since, until: _until, ...anyTime } = lists;
  const shown = [data.running, data.questions, data.waiting, data.upcoming, data.flows, data.automations].some(
    (rows) => rows.length > 0,
  );
  if (!shown && total + sum(data.previous_counts) === 0) {
    return (
      <FirstSteps
        title={data.has_runs ? "No runs in this time" : "No runs yet"}
        programs={firstRun}
        awaited={data.has_runs ? "a run" : "the first run"}
      >
        {data.has_runs
          ? "Start a run with the lines below, or choose a longer time above to see older runs."
          : "Your flows need no set-up here: their runs are shown as soon as they start. Try it with the lines below."}
      </FirstSteps>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      {data.questions.length === 0 ? null : <WaitsForYou questions={data.questions} />}
      <Totals data={data} lists={lists} />
      <div className="min-h-[148px]">
        <HistoryChart history={data.history} onSpan={onSpan} />
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Section title="Failures" tools={<All name="failures" search={{ ...lists, state: ["FAILED", "CRASHED"] }} />}>
          {data.failures.groups.length === 0 ? (
            <Nothing>Nothing failed. Runs that fail or crash appear here, with their messages.</Nothing>
          ) : (
            data.failures.groups.map((group) => <FailureRow key={group.key} group={group} lists={lists} />)
          )}
        </Section>
        <div className="flex min-w-0 flex-col gap-4">
          {data.automations.length === 0 ? null : <FailingAutomations automations={data.automations} />}
          {data.work_pools.length === 0 ? null : <PoolsInTrouble pools={data.work_pools} />}
          <Section title="Running now" tools={<All name="running" search={{ ...anyTime, state: runningStates }} />}>
            {data.running.length === 0 ? (
              <Nothing>
                Nothing runs at the moment. <LastRun flows={data.flows} />
              </Nothing>
            ) : (
              data.running.map((run) => <RunningRow key={run.id} run={run} />)
            )}
          </Section>
          <Section title="Late or waiting" tools={<All name="waiting" search={{ ...anyTime, state: waitingStates }} />}>
            {data.waiting.length === 0 ? (
              <Nothing>Nothing waits: no run is late or about to be retried.</Nothing>
            ) : (
              data.waiting.map((run) => <WaitingRow key={run.id} run={run} />)
            )}
          </Section>
          {data.upcoming.length === 0 ? null : (
            <Section
              title="Coming next"
              tools={<All name="upcoming" search={{ ...anyTime, state: upcomingState, sort: "START_TIME_ASC" }} />}
            >
              {data.upcoming.map((run) => (
                <UpcomingRow key={run.id} run={run} />
              ))}
            </Section>
          )}
          {data.flows.length === 0 ? null : (
            <Section
              title="Flows"
              tools={
                <Link to="/flows" className="text-xs text-muted hover:text-text">
                  All<span className="sr-only"> flows</span>
                </Link>
              }
            >
              {data.flows.map((row) => (
                <FlowLine key={row.flow.id} row={row} lists={lists} />
              ))}
            </Section>
          )}
        </div>
      </div>
    </div>
  );
}

/** The newest run of the chosen time, which somebody who has just started one looks for. */
function LastRun({ flows }: { readonly flows: Dashboard["flows"] }) {
  const [last] = flows
    .flatMap(({ recent }) => recent)
    .filter(({ start }) => start !== null)
    .sort((one, other) => compareTimes(other, one));
  if (last === undefined) return null;
  return (
    <>
      <Link
        to="/runs/flow-run/$id"
        params={{ id: last.id }}
        title={last.name}
        className="text-muted underline hover:text-text"
      >
        The last run
      </Link>{" "}
      began <RelativeTime time={last.start ?? ""} />.
    </>
  );
}

function compareTimes(one: { readonly start: string | null }, other: { readonly start: string | null }): number {
  return milliseconds(one.start ?? "") - milliseconds(other.start ?? "");
}

function All({ search, name }: { readonly search: RunsSearch; readonly name: string }) {
  return (
    <Link to="/runs" search={search} className="text-xs text-muted hover:text-text">
      All<span className="sr-only"> {name}</span>
    </Link>
  );
}

function Nothing({ children }: { readonly children: ReactNode }) {
  return <p className="px-3 py-3 text-faint">{children}</p>;
}
