import type { FiringMark } from "../api/types.ts";
import { exact } from "../format.ts";

type Outcome = FiringMark["outcome"] | "RETRYING";

const outcomeLooks: Readonly<
  Record<"EXECUTED" | "FAILED" | "PENDING" | "RETRYING" | "NONE", { readonly label: string; readonly color: string }>
> = {
  EXECUTED: { label: "done", color: "var(--state-completed)" },
  FAILED: { label: "failed", color: "var(--state-failed)" },
  RETRYING: { label: "failed, and is tried again", color: "var(--state-late)" },
  PENDING: { label: "not done yet", color: "var(--state-pending)" },
  NONE: { label: "nothing to do", color: "var(--state-cancelled)" },
};

export function lookOf(outcome: Outcome) {
  return outcomeLooks[outcome ?? "NONE"];
}

/** The latest firings as marks, the latest on the right: failed ones are taller, so that they are seen without colour too. */
export function FiringMarks({ firings }: { readonly firings: readonly FiringMark[] }) {
  if (firings.length === 0) return <span className="text-faint">not yet</span>;
  const failed = firings.filter(({ outcome }) => outcome === "FAILED").length;
  return (
    <span
      role="img"
      aria-label={`The last ${firings.length} firings: ${failed === 0 ? "no action failed" : `actions of ${failed} failed`}`}
      className="inline-flex h-5 items-end gap-0.5"
    >
      {firings.toReversed().map(({ id, occurred, outcome, reason }) => {
        const look = lookOf(outcome);
        return (
          <span
            key={id}
            title={`${exact(occurred)}: ${look.label}${reason === null ? "" : ` (${reason})`}`}
            className="w-1.5 rounded-[1px]"
            style={{ background: look.color, height: outcome === "FAILED" ? 20 : 12 }}
          />
        );
      })}
    </span>
  );
}
