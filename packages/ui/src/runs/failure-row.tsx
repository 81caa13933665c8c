import { Link } from "@tanstack/react-router";
import type { FailureGroup } from "../api/types.ts";
import { RelativeTime } from "../components/time.tsx";
import { clock, count, date, withReadableTimes } from "../format.ts";
import type { RunsSearch } from "./runs-search.ts";
import { StateIcon } from "./state.tsx";

/** Failures of the same cause as one row: how many, of which flow and task, why, the last one and since when. */
export function FailureRow(props: {
  readonly group: FailureGroup;
  /** The filter whose failures were asked for. */
  readonly lists: RunsSearch;
  /** On the page of the flow its name says nothing. */
  readonly flowIsKnown?: boolean;
}) {
  const { group, lists, flowIsKnown = false } = props;
  const { newest } = group;
  const isSingle = group.count === 1;
  const about = [flowIsKnown ? undefined : group.flow_name, group.task_name ?? undefined].filter(
    (part) => part !== undefined,
  );
  return (
    <div className="relative grid min-h-9 grid-cols-[16px_minmax(0,1fr)_auto] items-center gap-x-3 border-b px-3 py-1.5 last:border-0 hover:bg-hover">
      <StateIcon type={newest.state_type} name={newest.state_name} />
      <span className="flex min-w-0 items-baseline gap-2">
        {isSingle ? null : (
          <Link
            to="/runs"
            search={{ ...lists, state: ["FAILED", "CRASHED"], flow: [group.flow_id], failure: group.key }}
            className="relative z-1 shrink-0 font-semibold text-(--state-failed) hover:underline"
            aria-label={`${count(group.count)} runs of ${group.flow_name} that failed the same way: ${group.message}`}
          >
            {count(group.count)} ×
          </Link>
        )}
        <Link
          to="/runs/flow-run/$id"
          params={{ id: newest.id }}
          className="row-link truncate font-medium hover:underline"
          title={isSingle ? newest.name : `${newest.name}, the last of them`}
        >
          {newest.name}
        </Link>
        <span className="min-w-0 shrink-[2] truncate text-xs text-faint">{about.join(" · ")}</span>
      </span>
      <RelativeTime time={group.last} className="text-right text-xs text-faint" />
      <p
        dir="auto"
        className="col-start-2 line-clamp-2 text-xs break-words text-muted"
        title={withReadableTimes(group.message)}
      >
        {withReadableTimes(group.message)}
      </p>
      <span className="text-right text-xs text-faint">{isSingle ? "" : `since ${sinceText(group.first)}`}</span>
    </div>
  );
}

/** The day, or of today the time. */
function sinceText(time: string): string {
  return date(time) === date(Date.now()) ? clock(time).slice(0, 5) : date(time);
}
