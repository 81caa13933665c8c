import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { FlowRunPage } from "../api/types.ts";
import { CopyButton } from "../components/copy.tsx";
import { LongText } from "../components/long-text.tsx";
import { Tags } from "../components/tag.tsx";
import { RelativeTime } from "../components/time.tsx";
import { withReadableTimes } from "../format.ts";
import { DeploymentLink } from "../runs/deployment-link.tsx";
import { madeBy } from "../runs/made-by.ts";
import { RanAndWaited } from "../runs/ran.tsx";
import { StateLabel } from "../runs/state.tsx";
import { TaskProgress, taskTotal } from "../runs/task-progress.tsx";
import { isFinal, statedOf, stateLook } from "../states.ts";
import { AttemptMenu } from "./attempt-menu.tsx";
import type { RunAttempts } from "./chosen-attempt.ts";
import { HeldSlots } from "./held-slots.tsx";
import { RunButtons } from "./run-buttons.tsx";

/** A summary of the run: state, flow, parameters, starter. */
export function RunHeader({
  page,
  asked,
  attempts,
  onAttempt,
}: {
  readonly page: FlowRunPage;
  readonly asked?: "retry" | undefined;
  readonly attempts: RunAttempts;
  readonly onAttempt: (attempt: string | undefined) => void;
}) {
  const run = page.flow_run;
  return (
    <header className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
        <div className="mr-auto flex min-w-0 flex-wrap items-center gap-x-3 gap-y-0.5">
          <StateLabel {...statedOf(run)} className="text-base" />
          <h1 dir="auto" className="line-clamp-3 min-w-0 text-lg font-semibold break-words" title={run.name}>
            {run.name}
          </h1>
          <CopyButton text={run.name} label="Copy the name" className="-ml-2" />
          <AttemptMenu attempts={attempts} onChange={onAttempt} />
        </div>
        <RunButtons page={page} asked={asked} />
      </div>
      <dl className="flex flex-wrap items-center gap-x-5 gap-y-1 text-muted">
        <Fact name="Flow">
          <Link to="/flows/flow/$id" params={{ id: page.flow.id }} className="text-text hover:underline">
            {page.flow.name}
          </Link>
        </Fact>
        {run.parent_flow_run_id === null ? null : (
          <Fact name="Subflow of">
            <Link to="/runs/flow-run/$id" params={{ id: run.parent_flow_run_id }} className="text-text hover:underline">
              {run.parent_flow_run_name}
            </Link>
          </Fact>
        )}
        {run.deployment_id === null ? null : (
          <Fact name="Deployment">
            <DeploymentLink run={run} className="text-text" />
          </Fact>
        )}
        <WhereItRuns page={page} />
        <Fact name={run.start_time === null ? "Expected" : "Started"}>
          <RelativeTime time={run.start_time ?? run.expected_start_time} className="text-text" />
        </Fact>
        {run.state === null || (run.state.type === "RUNNING" && run.run_count < 2) ? null : (
          <Fact name={stateLook(run.state.type, run.state.name).label}>
            <RelativeTime time={run.state.timestamp} className="text-text" />
          </Fact>
        )}
        {run.start_time === null ? null : (
          <Fact name={run.state_type === "RUNNING" ? "Running for" : "Ran"}>
            <RanAndWaited page={page} />
          </Fact>
        )}
        {taskTotal(run.task_counts) === 0 ? null : (
          <Fact name="Tasks">
            <TaskProgress counts={run.task_counts} wide />
          </Fact>
        )}
        {page.holds.length === 0 ? null : (
          <Fact name="Holds">
            <HeldSlots holds={page.holds} />
          </Fact>
        )}
        {attempts.all.length > 1 ? null : <Attempt run={run} />}
        <StartedBy run={run} />
        {run.tags.length === 0 ? null : (
          <Fact name="Tags">
            <Tags wrap tags={run.tags} most={6} />
          </Fact>
        )}
      </dl>
      {Object.keys(run.parameters).length === 0 ? null : (
        <p className="flex min-w-0 items-center gap-1">
          <code className="truncate text-xs text-muted" title="Parameters">
            {oneLine(run.parameters)}
          </code>
          <CopyButton text={() => JSON.stringify(run.parameters, null, 2)} label="Copy the parameters" />
        </p>
      )}
      {run.state?.message && isFinal(run.state_type) && !isToldBelow(page) ? (
        <div>
          <LongText text={withReadableTimes(run.state.message)} className="text-muted" />
        </div>
      ) : null}
    </header>
  );
}

/** The pool and the queue in which it waits or waited, and the worker that took it. */
function WhereItRuns({ page: { flow_run: run, worker } }: { readonly page: FlowRunPage }) {
  const { work_pool_name: pool, work_queue_name: queue } = run;
  if (pool === null) return null;
  return (
    <>
      <Fact name="Work pool">
        <Link to="/work-pools/$pool" params={{ pool }} className="hover:underline">
          {pool}
        </Link>
        {queue === null ? null : (
          <>
            <span className="text-faint"> / </span>
            <Link to="/work-pools/$pool/queues/$queue" params={{ pool, queue }} className="hover:underline">
              {queue}
            </Link>
          </>
        )}
      </Fact>
      {worker === null ? null : (
        <Fact name="Worker">
          {worker.is_known ? (
            <Link
              to="/work-pools/$pool/workers/$worker"
              params={{ pool, worker: worker.name }}
              className="hover:underline"
            >
              {worker.name}
            </Link>
          ) : (
            worker.name
          )}
        </Fact>
      )}
    </>
  );
}

function Attempt({ run }: { readonly run: FlowRunPage["flow_run"] }) {
  const most = (run.empirical_policy.retries ?? 0) + 1;
  if (run.run_count < 2 && most < 2) return null;
  const now = Math.max(1, run.run_count);
  return <Fact name="Attempt">{now <= most ? `${now} of ${most}` : now}</Fact>;
}

function StartedBy({ run }: { readonly run: FlowRunPage["flow_run"] }) {
  const made = madeBy(run);
  // The parent has a place of its own.
  if (made === undefined || made.isParent === true) return null;
  return (
    <Fact name="Started from">
      <span className="inline-flex max-w-full items-center" title={made.file}>
        <span className="truncate">{made.text}</span>
        {made.file === undefined ? null : (
          <CopyButton text={made.file} label="Copy the file's path" className="-my-1" />
        )}
      </span>
    </Fact>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="flex min-w-0 items-baseline gap-1.5">
      <dt className="shrink-0 text-faint">{name}</dt>
      <dd className="min-w-0 truncate text-text">{children}</dd>
    </div>
  );
}

/** `months=["2021-01"] learning_rate=0.1`: enough to recognize a run. */
function oneLine(parameters: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(parameters).map(([name, value]) => {
    const text = JSON.stringify(value) ?? "";
    return `${name}=${text.length > 80 ? `${text.slice(0, 79)}…` : text}`;
  });
  return parts.join("  ");
}

/** Whether a box below the header says what the message of the state says. */
function isToldBelow({ failure, cancellation, flow_run: run }: FlowRunPage): boolean {
  return failure !== null || cancellation?.sentence === run.state?.message;
}
