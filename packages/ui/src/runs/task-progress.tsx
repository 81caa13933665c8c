import type { StateCounts } from "../api/types.ts";
import { amount, count } from "../format.ts";
import { type StateType, stateColor, stateLook } from "../states.ts";

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

/** The progress of a run: its tasks by state, as a bar and as numbers. */
export function TaskProgress({ counts, wide = false }: { readonly counts: StateCounts; readonly wide?: boolean }) {
  const total = taskTotal(counts);
  if (total === 0) return <span className="text-faint">–</span>;
  const done = (counts.COMPLETED ?? 0) + (counts.FAILED ?? 0) + (counts.CRASHED ?? 0) + (counts.CANCELLED ?? 0);
  return (
    <span className="inline-flex min-w-0 items-center gap-2" title={spoken(counts)}>
      <span
        aria-hidden="true"
        className={`flex h-1.5 overflow-hidden rounded-full bg-pressed ${wide ? "w-32" : "w-14"}`}
      >
        {order.map((type) => {
          const share = (counts[type] ?? 0) / total;
          if (share === 0) return null;
          const faint = type === "PENDING" || type === "SCHEDULED";
          return (
            <span
              key={type}
              style={{ width: `${share * 100}%`, background: stateColor(stateLook(type)), opacity: faint ? 0.3 : 1 }}
            />
          );
        })}
      </span>
      <span className="figures text-xs whitespace-nowrap text-muted">
        {done === total ? count(total) : `${count(done)} / ${count(total)}`}
        <span className="sr-only"> tasks: {spoken(counts)}</span>
      </span>
    </span>
  );
}

export function taskTotal(counts: StateCounts): number {
  return Object.values(counts).reduce((sum, value) => sum + value, 0);
}

function spoken(counts: StateCounts): string {
  const parts = order.filter((type) => (counts[type] ?? 0) > 0);
  return (
    parts.map((type) => `${count(counts[type] ?? 0)} ${stateLook(type).label.toLowerCase()}`).join(", ") ||
    amount(0, "task")
  );
}
