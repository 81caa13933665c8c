import type { StartProblem } from "../api/types.ts";
import { Icon } from "../components/icon.tsx";
import { RelativeTime } from "../components/time.tsx";
import { SlotHolders } from "../runs/slot-holders.tsx";

/** Why a run would not start now, and what would let it. */
export function StartProblems(props: {
  readonly problems: readonly StartProblem[];
  /** What a problem's time says, before it. */
  readonly sinceText?: string;
}) {
  const { problems, sinceText = "Somebody last asked for its runs" } = props;
  if (problems.length === 0) return null;
  return (
    <section aria-label="Why runs would not start now" className="flex flex-col gap-2">
      {problems.map(({ reason, since, hint, holders }) => (
        <div
          key={reason}
          className="flex items-start gap-2.5 rounded-lg border border-l-3 border-l-(--state-late) bg-surface px-3 py-2"
        >
          <Icon name="warning" className="mt-0.5 text-(--state-late)" />
          <div className="min-w-0">
            <p className="font-medium break-words">{reason}</p>
            <p className="text-muted">
              {since === null || holders.length > 0 ? null : (
                <>
                  {sinceText} <RelativeTime time={since} />.{" "}
                </>
              )}
              {hint}
            </p>
            <SlotHolders holders={holders} />
          </div>
        </div>
      ))}
    </section>
  );
}
