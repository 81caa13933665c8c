import type { FlowRunPage, FlowRunRow } from "../api/types.ts";
import { LongText } from "../components/long-text.tsx";
import { RelativeTime } from "../components/time.tsx";
import { duration, milliseconds, withReadableTimes } from "../format.ts";
import { StateIcon } from "../runs/state.tsx";
import { stateColor, stateLook } from "../states.ts";

/** Who or what cancelled a run, and how long its process took to end. */
export function CancellationBox(props: {
  readonly run: FlowRunRow;
  readonly cancellation: NonNullable<FlowRunPage["cancellation"]>;
}) {
  const { run, cancellation } = props;
  const took = run.end_time === null ? null : milliseconds(run.end_time) - milliseconds(cancellation.asked);
  return (
    <section
      aria-label="Why it was cancelled"
      className="flex items-start gap-2.5 rounded-lg border border-l-3 bg-surface px-3 py-2.5"
      style={{ borderLeftColor: stateColor(stateLook(run.state_type, run.state_name)) }}
    >
      <StateIcon silent type={run.state_type} name={run.state_name} className="mt-0.5 size-4" />
      <div className="min-w-0">
        <LongText text={withReadableTimes(cancellation.sentence)} className="font-medium" />
        <p className="text-muted">
          Asked <RelativeTime time={cancellation.asked} />
          {took === null ? "; its process has not ended yet." : took < 1 ? "." : `; it ended ${duration(took)} later.`}
        </p>
      </div>
    </section>
  );
}
