import type { FlowRunPage } from "../api/types.ts";
import { countingDuration, duration, exact } from "../format.ts";
import { useNowWhile } from "../now.ts";
import { isFinal } from "../states.ts";
import { ranMs, type TimedRun, waitedMs } from "./run-time.ts";

/** How long a run has been running, counting while it is. */
export function Ran({
  run,
  since,
  className,
}: {
  readonly run: TimedRun & { readonly end_time: string | null };
  /** When it entered its present state. */
  readonly since: string | null | undefined;
  readonly className?: string;
}) {
  const running = run.state_type === "RUNNING";
  const ran = ranMs(run, since, useNowWhile(running));
  if (ran === null) return <span className={`text-faint ${className ?? ""}`}>–</span>;
  return (
    <span className={`figures ${className ?? ""}`} title={spanOf(run)}>
      {running ? countingDuration(ran) : duration(ran)}
    </span>
  );
}

/** Shorter waits are those of every start, such as between two states. */
const leastWaitMs = 1000;

/** `6.6 s · waited 12 m 25 s`; the wait only where there was one. */
export function RanAndWaited({ page: { flow_run: run, states } }: { readonly page: FlowRunPage }) {
  const live = !isFinal(run.state_type);
  const now = useNowWhile(live);
  const ran = ranMs(run, run.state?.timestamp, now);
  if (ran === null) return null;
  const waited = waitedMs(states, now);
  const waits = live && run.state_type !== "RUNNING" && run.state_type !== "CANCELLING";
  return (
    <span className="figures" title={spanOf(run)}>
      {run.state_type === "RUNNING" ? countingDuration(ran) : duration(ran)}
      {waited < leastWaitMs ? null : (
        <>
          <span className="text-faint"> · waited </span>
          {waits ? countingDuration(waited) : duration(waited)}
        </>
      )}
    </span>
  );
}

function spanOf({ start_time, end_time }: { readonly start_time: string | null; readonly end_time: string | null }) {
  if (start_time === null) return undefined;
  return end_time === null ? `since ${exact(start_time)}` : `${exact(start_time)} – ${exact(end_time)}`;
}
