import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { DeploymentPage } from "../api/types.ts";
import { RunBarChart } from "../charts/run-bar-chart.tsx";
import { Section } from "../components/page.tsx";
import { RelativeTime } from "../components/time.tsx";
import { endedByThemselves } from "../flows/run-figures.ts";
import { amount, dateAndClock, seconds } from "../format.ts";
import { StateIcon } from "../runs/state.tsx";
import { NextRunTime } from "./next-run-time.tsx";
import { SuccessRate } from "./success-rate.tsx";

/** How the deployment goes: its next run, the last of each kind, and its last runs as bars. */
export function DeploymentCards({ page }: { readonly page: DeploymentPage }) {
  const { deployment, next_run: next, last_success: success, last_failure: failure, counts, p95 } = page;
  const ended = endedByThemselves(counts);
  return (
    <div className="grid gap-3 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
      <dl className="grid grid-cols-2 content-start gap-3">
        <Card name="Next run">
          {next === null ? (
            <Quiet>{deployment.paused ? "none while it is paused" : "none is planned"}</Quiet>
          ) : (
            <>
              <NextRunTime next={next} paused={deployment.paused} className="text-base font-semibold !text-text" />
              <Quiet>{dateAndClock(next.at)}</Quiet>
            </>
          )}
        </Card>
        <Card name="Success in 30 days">
          <span className="text-base font-semibold">
            <SuccessRate deployment={{ ...deployment, counts }} />
          </span>
          <Quiet>
            {ended === 0 ? "no run has ended" : `of ${amount(ended, "ended run")}`}
            {p95 === null ? "" : `, p95 ${seconds(p95)}`}
          </Quiet>
        </Card>
        <Card name="Last success">
          {success === null ? (
            <Quiet>none yet</Quiet>
          ) : (
            <>
              <LastRun run={success} type="COMPLETED" />
              <Quiet>{success.duration === null ? "" : `took ${seconds(success.duration)}`}</Quiet>
            </>
          )}
        </Card>
        <Card name="Last failure">
          {failure === null ? (
            <Quiet>none yet</Quiet>
          ) : (
            <>
              <LastRun run={failure} type="FAILED" />
              <span className="block truncate text-xs text-muted" title={failure.message ?? undefined}>
                {failure.message}
              </span>
            </>
          )}
        </Card>
      </dl>
      <Section title="Recent runs">
        <div className="py-3 pr-3 pl-1">
          {page.recent.length === 0 ? (
            <p className="flex h-[96px] items-center justify-center text-faint">No run yet.</p>
          ) : (
            <RunBarChart runs={page.recent} height={96} label="Recent runs" />
          )}
        </div>
      </Section>
    </div>
  );
}

function Card({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="min-w-0 rounded-lg border bg-surface px-3 py-2">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="mt-0.5 min-w-0">{children}</dd>
    </div>
  );
}

function LastRun(props: {
  readonly run: { readonly id: string; readonly name: string; readonly at: string };
  readonly type: "COMPLETED" | "FAILED";
}) {
  const { run, type } = props;
  return (
    <Link
      to="/runs/flow-run/$id"
      params={{ id: run.id }}
      className="flex min-w-0 items-center gap-1.5 hover:underline"
      title={run.name}
    >
      <StateIcon type={type} silent />
      <RelativeTime time={run.at} className="truncate text-base font-semibold" />
    </Link>
  );
}

function Quiet({ children }: { readonly children: ReactNode }) {
  return <span className="block truncate text-xs text-faint">{children}</span>;
}
