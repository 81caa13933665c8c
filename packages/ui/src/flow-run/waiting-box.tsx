import { useQueryClient } from "@tanstack/react-query";
import { useLive } from "../api/live.ts";
import type { FlowRunRow, Waiting } from "../api/types.ts";
import { Icon } from "../components/icon.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Elapsed, RelativeTime } from "../components/time.tsx";
import { dateAndClock, milliseconds } from "../format.ts";
import { useNow } from "../now.ts";
import { flowRunQuery } from "./flow-run.queries.ts";

const SlotHolders = onDemand(() => import("../runs/slot-holders.tsx").then((module) => module.SlotHolders));

/** Why a run waits, since when, and what would end the wait. */
export function WaitingBox({ run, waiting }: { readonly run: FlowRunRow; readonly waiting: Waiting }) {
  useLiveWaiting(run, waiting);
  return (
    <section
      aria-label="What it waits for"
      className="flex items-start gap-2.5 rounded-lg border border-l-3 border-l-(--state-scheduled) bg-surface px-3 py-2.5"
    >
      <Icon name="clock" className="mt-0.5 text-(--state-scheduled)" />
      <div className="min-w-0">
        <p className="font-medium break-words">{withReadableTimes(waiting.reason)}</p>
        <p className="text-muted">
          For <Elapsed start={waiting.since} end={null} />
          {waiting.until === null ? null : <Until time={waiting.until} />}.
          {waiting.hint === null ? null : ` ${waiting.hint}`}
        </p>
        {waiting.also.map(({ cause, reason, hint }) => (
          <p key={cause} className="text-muted">
            Also: {withReadableTimes(reason)}
            {hint === null ? null : ` ${hint}`}
          </p>
        ))}
        {waiting.line === null ? null : <SlotHolders holders={waiting.line.holders} />}
      </div>
    </section>
  );
}

/** What a run waits for changes with its deployment, and its place in line with the other runs of it. */
function useLiveWaiting({ id, deployment_id }: FlowRunRow, { line }: Waiting): void {
  const queryClient = useQueryClient();
  const again = () => void queryClient.invalidateQueries({ queryKey: flowRunQuery(id).queryKey });
  useLive(deployment_id === null ? undefined : { kind: "deployment", deployment_id }, {
    onChanges: again,
    onResync: again,
  });
  useLive(line === null ? undefined : { kind: "flow-runs" }, {
    onChanges(changes) {
      const isOther = changes.some(
        (one) => one.kind === "flow-run" && one.row.deployment_id === deployment_id && one.row.id !== id,
      );
      if (isOther) again();
    },
    onResync: again,
  });
}

function Until({ time }: { readonly time: string }) {
  const hasPassed = milliseconds(time) < useNow();
  return hasPassed ? (
    <>
      ; the time for it passed <RelativeTime time={time} />
    </>
  ) : (
    <>
      , until {dateAndClock(time)} (<RelativeTime time={time} />)
    </>
  );
}

/** The server writes times for every reader; this one has a clock of their own. */
function withReadableTimes(text: string): string {
  return text.replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, (time) => dateAndClock(time));
}
