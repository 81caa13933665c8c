import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { FlowRunRow } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Empty } from "../components/empty.tsx";
import { Failure } from "../components/failure.tsx";
import { Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { Ran } from "../runs/ran.tsx";
import { StateLabel } from "../runs/state.tsx";
import { ComparedParameters } from "./compared-parameters.tsx";
import { ComparedTasks } from "./compared-tasks.tsx";
import { comparisonQuery } from "./run-comparison.queries.ts";

const route = getRouteApi("/runs/compare");

/** Two runs beside each other: parameters, states, durations and results by task. */
export function RunComparisonPage() {
  const { a, b } = route.useSearch();
  if (a === undefined || b === undefined) {
    return (
      <Page title="Compare runs">
        <Empty title="Choose two runs">
          Select two in the{" "}
          <Link to="/runs" className="text-text underline">
            list of runs
          </Link>{" "}
          and press <em>Compare</em>, or choose <em>Compare with the last success</em> in the menu of a run.
        </Empty>
      </Page>
    );
  }
  return <Comparison a={a} b={b} />;
}

function Comparison({ a, b }: { readonly a: string; readonly b: string }) {
  const navigate = route.useNavigate();
  const query = useQuery(comparisonQuery(a, b));
  const found = query.data;
  if (found === undefined) {
    return (
      <Page title="Compare runs">
        {query.isError ? (
          <Failure error={query.error} what="The comparison" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={12} />
        )}
      </Page>
    );
  }
  return (
    <Page title={`${found.a.name} and ${found.b.name}`} ownHeading>
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="mr-auto min-w-0 truncate text-lg font-semibold">Compare two runs</h1>
        <Button icon="compare" onClick={() => void navigate({ search: { a: b, b: a }, replace: true })}>
          Swap
        </Button>
      </div>
      <div className="grid gap-3 md:grid-cols-2">
        <ComparedRun letter="A" run={found.a} />
        <ComparedRun letter="B" run={found.b} />
      </div>
      {found.a.flow_id === found.b.flow_id ? null : (
        <p className="text-muted">The runs belong to two flows. Tasks with the same name are compared.</p>
      )}
      <Section title="Parameters">
        <ComparedParameters a={found.a} b={found.b} />
      </Section>
      <Section title="Tasks">
        <ComparedTasks comparison={found} />
      </Section>
    </Page>
  );
}

function ComparedRun({ letter, run }: { readonly letter: "A" | "B"; readonly run: FlowRunRow }) {
  return (
    <section
      aria-label={`Run ${letter}`}
      className="flex min-w-0 flex-col gap-1 rounded-lg border bg-surface px-3 py-2"
    >
      <p className="flex min-w-0 items-center gap-2">
        <span className="rounded-sm bg-pressed px-1.5 text-xs font-semibold">{letter}</span>
        <span className="shrink-0">
          <StateLabel type={run.state_type} name={run.state_name} />
        </span>
        <Link
          to="/runs/flow-run/$id"
          params={{ id: run.id }}
          className="min-w-0 truncate font-semibold hover:underline"
        >
          <bdi dir="auto">{run.name}</bdi>
        </Link>
      </p>
      <p className="flex flex-wrap gap-x-4 text-muted">
        <Link to="/flows/flow/$id" params={{ id: run.flow_id }} className="hover:underline">
          {run.flow_name}
        </Link>
        <span>
          started <RelativeTime time={run.start_time ?? run.expected_start_time} className="text-text" />
        </span>
        <span>
          ran <Ran run={run} since={run.state?.timestamp} className="text-text" />
        </span>
      </p>
    </section>
  );
}
