import type { Waiting } from "../api/types.ts";
import { Icon } from "../components/icon.tsx";
import { RelativeTime } from "../components/time.tsx";

/** Why a run waits, since when, and what would end the wait. */
export function WaitingBox({ waiting }: { readonly waiting: Waiting }) {
  return (
    <section
      aria-label="What it waits for"
      className="flex items-start gap-2.5 rounded-lg border border-l-3 border-l-(--state-scheduled) bg-surface px-3 py-2.5"
    >
      <Icon name="clock" className="mt-0.5 text-(--state-scheduled)" />
      <div className="min-w-0">
        <p className="font-medium break-words">{waiting.reason}</p>
        <p className="text-muted">
          since <RelativeTime time={waiting.since} />
          {waiting.until === null ? null : (
            <>
              , until <RelativeTime time={waiting.until} />
            </>
          )}
          {waiting.hint === null ? null : <>. {waiting.hint}</>}
        </p>
      </div>
    </section>
  );
}
