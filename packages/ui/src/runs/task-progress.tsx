import type { StateCounts } from "../api/types.ts";
import { count } from "../format.ts";
import { isBad, type StateType, stateColor, stateLook } from "../states.ts";
import { countWords, failuresIn } from "./count-words.ts";

const order: readonly StateType[] = [
  "COMPLETED",
  "FAILED",
  "CRASHED",
  "CANCELLED",
  "RUNNING",
  "PAUSED",
  "CANCELLING",
  "PENDING",
  "SCHEDULED",
];

/** A failure is seen however many tasks there are, in pixels. */
const minFailureWidth = 3;

/** The progress of a run: its tasks by state, as a bar, and in words or numbers. */
export function TaskProgress({ counts, wide = false }: { readonly counts: StateCounts; readonly wide?: boolean }) {
  const total = taskTotal(counts);
  if (total === 0) return null;
  const words = countWords(counts);
  return (
    <span className="inline-flex min-w-0 items-center gap-2" title={words}>
      <span
        aria-hidden="true"
        className={`flex h-1.5 shrink-0 overflow-hidden rounded-full bg-pressed ${wide ? "w-32 max-sm:w-14" : "w-14"}`}
      >
        {order.map((type) => {
          const share = (counts[type] ?? 0) / total;
          if (share === 0) return null;
          const faint = type === "PENDING" || type === "SCHEDULED";
          return (
            <span
              key={type}
              style={{
                width: `${share * 100}%`,
                background: stateColor(stateLook(type)),
                opacity: faint ? 0.3 : 1,
                ...(isBad(type) ? { minWidth: minFailureWidth, flexShrink: 0 } : {}),
              }}
            />
          );
        })}
      </span>
      <span className="figures truncate text-xs text-muted">
        {wide ? (
          words
        ) : (
          <>
            <Shortly counts={counts} />
            <span className="sr-only"> tasks: {words}</span>
          </>
        )}
      </span>
    </span>
  );
}

/** What a narrow place has room for: the failures, or else how far it is. */
function Shortly({ counts }: { readonly counts: StateCounts }) {
  const failures = failuresIn(counts);
  if (failures > 0 && counts.CRASHED === failures)
    return <span className="text-(--state-crashed)">{count(failures)} crashed</span>;
  if (failures > 0) return <span className="text-(--state-failed)">{count(failures)} failed</span>;
  const total = taskTotal(counts);
  const done = (counts.COMPLETED ?? 0) + (counts.CANCELLED ?? 0);
  return done === total ? count(total) : `${count(done)} / ${count(total)}`;
}

export function taskTotal(counts: StateCounts): number {
  return Object.values(counts).reduce((sum, value) => sum + value, 0);
}
