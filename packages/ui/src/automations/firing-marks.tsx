import type { FiringMark } from "../api/types.ts";
import { Marks } from "../components/marks.tsx";
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

/** What became of the latest firings. */
export function FiringMarks({ firings }: { readonly firings: readonly FiringMark[] }) {
  if (firings.length === 0) return <span className="text-faint">not yet</span>;
  const failed = firings.filter(({ outcome }) => outcome === "FAILED").length;
  return (
    <Marks
      label={`The last ${firings.length} firings: ${failed === 0 ? "no action failed" : `actions of ${failed} failed`}`}
      marks={firings.map(({ id, occurred, outcome, reason }) => {
        const { label, color } = lookOf(outcome);
        const title = `${exact(occurred)}: ${label}${reason === null ? "" : ` (${reason})`}`;
        return { id, title, color, failed: outcome === "FAILED" };
      })}
    />
  );
}
