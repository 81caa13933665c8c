import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useLive } from "../api/live.ts";
import type { FlowRunRow, Waiting } from "../api/types.ts";
import { onDemand } from "../components/on-demand.tsx";
import { Elapsed, RelativeTime } from "../components/time.tsx";
import { dateAndClock, milliseconds, withReadableTimes } from "../format.ts";
import { useNow } from "../now.ts";
import { LimitLink, limitWaitedFor } from "../runs/limit-link.tsx";
import { StateIcon } from "../runs/state.tsx";
import { stateColor, stateLook } from "../states.ts";
import { flowRunQuery } from "./flow-run.queries.ts";

const SlotHolders = onDemand(() => import("../runs/slot-holders.tsx").then((module) => module.SlotHolders));

/** Why a run waits, since when, and what would end the wait. */
export function WaitingBox({ run, waiting }: { readonly run: FlowRunRow; readonly waiting: Waiting }) {
  useLiveWaiting(run, waiting);
  return (
    <section
      aria-label="What it waits for"
      className="flex items-start gap-2.5 rounded-lg border border-l-3 bg-surface px-3 py-2.5"
      style={{ borderLeftColor: stateColor(stateLook(run.state_type, run.state_name)) }}
    >
      <StateIcon silent type={run.state_type} name={run.state_name} className="mt-0.5 size-4" />
      <div className="min-w-0">
        <p className="font-medium break-words">{withReadableTimes(waiting.reason)}</p>
        <p className="text-muted">
          <SinceAndUntil waiting={waiting} />
          {waiting.hint === null ? null : ` ${waiting.hint}`}
        </p>
        {waiting.also.map(({ cause, reason, hint }) => (
          <p key={cause} className="text-muted">
            Also: {withReadableTimes(reason)}
            {hint === null ? null : ` ${hint}`}
          </p>
        ))}
        <PlaceLinks run={run} />
        {waiting.line === null ? null : <SlotHolders holders={waiting.line.holders} />}
        {waiting.line === null || waiting.line.limit === null ? null : (
          <LimitLink limit={waiting.line.limit} text={limitWaitedFor(waiting.line.limit)} />
        )}
      </div>
    </section>
  );
}

/** Where to look, and where it can be mended: the pool with its workers, and the queue. */
function PlaceLinks({ run }: { readonly run: FlowRunRow }) {
  const { work_pool_name: pool, work_queue_name: queue, state_type } = run;
  if (pool === null || (state_type !== "SCHEDULED" && state_type !== "PENDING")) return null;
  return (
    <p className="flex flex-wrap gap-x-4 leading-6">
      <Link
        to="/work-pools/$pool"
        params={{ pool }}
        search={{ tab: "workers" }}
        className="inline-block min-h-6 text-accent hover:underline"
      >
        Workers of {pool}
      </Link>
      {queue === null ? null : (
        <Link
          to="/work-pools/$pool/queues/$queue"
          params={{ pool, queue }}
          className="inline-block min-h-6 text-accent hover:underline"
        >
          Queue {queue}
        </Link>
      )}
    </p>
  );
}

/** What a run waits for changes with its deployment and its work pool, and its place in line with the other runs of it. */
function useLiveWaiting({ id, deployment_id, work_pool_id, work_queue_id }: FlowRunRow, { line }: Waiting): void {
  const queryClient = useQueryClient();
  const again = () => void queryClient.invalidateQueries({ queryKey: flowRunQuery(id).queryKey });
  useLive(deployment_id === null ? undefined : { kind: "deployment", deployment_id }, {
    onChanges: again,
    onResync: again,
  });
  useLive(work_pool_id === null ? undefined : { kind: "work-pool", work_pool_id }, {
    onChanges: again,
    onResync: again,
  });
  useLive(line === null ? undefined : { kind: "flow-runs" }, {
    onChanges(changes) {
      const isOther = changes.some(
        (one) => one.kind === "flow-run" && one.row.id !== id && isInLine(one.row, { deployment_id, work_queue_id }),
      );
      if (isOther) again();
    },
    onResync: again,
  });
}

/** Whether a run may stand in the same line: that of the deployment, or that of the queue. */
function isInLine(row: FlowRunRow, of: Pick<FlowRunRow, "deployment_id" | "work_queue_id">): boolean {
  if (of.work_queue_id !== null && row.work_queue_id === of.work_queue_id) return true;
  return of.deployment_id !== null && row.deployment_id === of.deployment_id;
}

/** `Asked 4 min ago, until 28 Nov, 23:00 (in 2 h).`: the words say what the two times are. */
function SinceAndUntil({ waiting: { cause, since, until } }: { readonly waiting: Waiting }) {
  const hasPassed = milliseconds(until ?? since) < useNow();
  const at = until === null ? null : <RelativeTime time={until} />;
  const untilThen = until === null ? "" : `, until ${dateAndClock(until)}`;
  switch (cause) {
    case "not-due":
      if (until === null) return null;
      return (
        <>
          It starts on {dateAndClock(until)} ({at}).
        </>
      );
    case "retry":
      return (
        <>
          It failed <RelativeTime time={since} />
          {at === null ? "." : hasPassed ? <>, and was due {at}.</> : <>, and is due {at}.</>}
        </>
      );
    case "paused":
      return (
        <>
          It has been waiting for <Elapsed start={since} end={null} />
          {at === null || hasPassed ? "" : untilThen}
          {at === null ? "." : hasPassed ? <>; its time ran out {at}.</> : <> ({at}); then it fails.</>}
        </>
      );
    default:
      return (
        <>
          For <Elapsed start={since} end={null} />
          {at === null ? (
            "."
          ) : hasPassed ? (
            <>; the time for it passed {at}.</>
          ) : (
            <>
              {untilThen} ({at}).
            </>
          )}
        </>
      );
  }
}
