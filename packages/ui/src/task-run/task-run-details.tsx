import { describeResultLocation } from "@ostinato/core";
import { Link } from "@tanstack/react-router";
import type { State, TaskRunPage } from "../api/types.ts";
import { pageAddress } from "../base-path.ts";
import { Copyable } from "../components/copy.tsx";
import { LongText } from "../components/long-text.tsx";
import { Fact, Facts } from "../components/page.tsx";
import { Tags } from "../components/tag.tsx";
import { RelativeTime } from "../components/time.tsx";
import { clock, date, duration, exact, milliseconds } from "../format.ts";
import { TaskRunResult } from "../results/stored-result.tsx";
import { FailureBox } from "../runs/failure-box.tsx";
import { StateLabel } from "../runs/state.tsx";
import { AttemptTable } from "./attempt-table.tsx";
import { Block } from "./block.tsx";
import { Inputs } from "./inputs.tsx";

/** Everything about a task run except its log: shown beside a timeline and on a page of its own. */
export function TaskRunDetails({
  page,
  attempt,
}: {
  readonly page: TaskRunPage;
  /** Number of the attempt that the address points to. */
  readonly attempt: string | undefined;
}) {
  const id = page.task_run.id;
  return (
    <div className="flex min-w-0 flex-col gap-5">
      {page.failure === null ? null : <FailureBox failure={page.failure} state={page.task_run.state_type} />}
      {page.task_run.run_count < 2 ? null : (
        <Block title="Attempts">
          <AttemptTable
            states={page.states}
            marked={attempt}
            linkTo={(number) => pageAddress(`runs/task-run/${id}?attempt=${number}`)}
          />
        </Block>
      )}
      <Inputs page={page} />
      <Result page={page} />
      <States states={page.states} />
      <Cache page={page} />
      <Artifacts page={page} />
      <Details page={page} />
    </div>
  );
}

function Result({ page }: { readonly page: TaskRunPage }) {
  const { result } = page;
  return (
    <Block title="Result">
      <TaskRunResult id={page.task_run.id} known={result} />
      {result.location === null ? null : (
        <p className="mt-1 text-xs break-all text-faint">Kept {describeResultLocation(result.location)}</p>
      )}
    </Block>
  );
}

export function States({ states }: { readonly states: readonly State[] }) {
  return (
    <Block title="States">
      <ol className="flex flex-col">
        {states.map((state, index) => {
          const next = states[index + 1];
          return (
            <li key={state.id} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 border-b py-1.5 last:border-0">
              <StateLabel type={state.type} name={state.name} />
              <span className="text-right text-xs text-faint" title={exact(state.timestamp)}>
                <time dateTime={state.timestamp}>{stampAfter(state, states[index - 1])}</time>
                {next === undefined
                  ? ""
                  : ` · ${duration(milliseconds(next.timestamp) - milliseconds(state.timestamp))}`}
              </span>
              {state.message === null || state.message === "" ? null : (
                <div className="col-span-2 min-w-0 pl-5.5">
                  <LongText text={state.message} className="text-xs text-muted" />
                </div>
              )}
            </li>
          );
        })}
      </ol>
    </Block>
  );
}

/** The time of day, with the day if it differs from the previous one. */
function stampAfter({ timestamp }: State, before: State | undefined): string {
  const day = date(timestamp);
  const sameDay = before !== undefined && date(before.timestamp) === day;
  return sameDay ? clock(timestamp) : `${day}, ${clock(timestamp)}`;
}

function Cache({ page }: { readonly page: TaskRunPage }) {
  const key = page.result.cache_key ?? page.task_run.cache_key;
  const from = page.result.reused_from;
  if (key === null && from === null) return null;
  return (
    <Block title="Cache">
      <Facts>
        {from === null ? null : (
          <Fact name="Came from">
            {from.task_run_id === null ? (
              "a kept result whose run is gone"
            ) : (
              <Link to="/runs/task-run/$id" params={{ id: from.task_run_id }} className="text-accent hover:underline">
                {from.flow_run_id === page.task_run.flow_run_id ? "an earlier attempt of this run" : "another run"}
              </Link>
            )}
          </Fact>
        )}
        {key === null ? null : (
          <Fact name="Key">
            <Copyable text={key} label="Copy the cache key" />
          </Fact>
        )}
        {page.result.expires === null || page.result.persisted !== null ? null : (
          <Fact name="Expires">
            <RelativeTime time={page.result.expires} />
          </Fact>
        )}
      </Facts>
    </Block>
  );
}

function Artifacts({ page }: { readonly page: TaskRunPage }) {
  if (page.artifacts.length === 0) return null;
  return (
    <Block title="Artifacts">
      <ul className="flex flex-col gap-1">
        {page.artifacts.map((artifact) => (
          <li key={artifact.id} className="flex items-center gap-2">
            <Link
              to="/artifacts/artifact/$id"
              params={{ id: artifact.id }}
              className="truncate text-accent hover:underline"
            >
              {artifact.key ?? artifact.description ?? "artifact"}
            </Link>
            <span className="text-xs text-faint">{artifact.type}</span>
          </li>
        ))}
      </ul>
    </Block>
  );
}

function Details({ page }: { readonly page: TaskRunPage }) {
  const run = page.task_run;
  return (
    <Block title="Details">
      <Facts>
        <Fact name="Id">
          <Copyable text={run.id} label="Copy the id" />
        </Fact>
        <Fact name="Task">
          <Copyable text={run.task_key} label="Copy the task key" />
        </Fact>
        {run.task_version === null ? null : <Fact name="Version">{run.task_version}</Fact>}
        <Fact name="Retries">{run.empirical_policy.retries ?? 0}</Fact>
        {run.tags.length === 0 ? null : (
          <Fact name="Tags">
            <Tags wrap tags={run.tags} most={20} />
          </Fact>
        )}
        <Fact name="Created">
          <RelativeTime time={run.created} />
        </Fact>
      </Facts>
    </Block>
  );
}
