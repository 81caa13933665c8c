import { Link } from "@tanstack/react-router";
import type { NextRun } from "../api/types.ts";
import { exact, milliseconds, relative } from "../format.ts";
import { useNow } from "../now.ts";

/** A run that starts some seconds after its time is not late: its process takes a moment. */
const graceMs = 15_000;

/** When a deployment runs next: `in 4 min`, or how late it is. Links to the run. */
export function NextRunTime(props: {
  readonly next: NextRun | null;
  readonly paused: boolean;
  readonly className?: string;
}) {
  const { next, paused, className = "" } = props;
  const now = useNow();
  if (next === null) return <span className={`${className} text-faint`}>{paused ? "paused" : ""}</span>;
  const isLate = milliseconds(next.at) < now - graceMs;
  return (
    <Link
      to="/runs/flow-run/$id"
      params={{ id: next.id }}
      title={exact(next.at)}
      className={`${className} hover:underline ${isLate ? "text-(--state-late)" : "text-faint hover:text-text"}`}
    >
      {isLate ? `late, was due ${relative(next.at, now)}` : relative(next.at, now)}
    </Link>
  );
}
