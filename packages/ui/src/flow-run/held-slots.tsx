import { useQueryClient } from "@tanstack/react-query";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import type { FlowRunPage } from "../api/types.ts";
import { Elapsed } from "../components/time.tsx";
import { LimitLink, limitHeld } from "../runs/limit-link.tsx";
import { flowRunQuery } from "./flow-run.queries.ts";

const maxShown = 3;

/** The slots and the locks of transactions that the run holds at the moment. */
export function HeldSlots({ holds }: Pick<FlowRunPage, "holds">) {
  const more = holds.length - maxShown;
  return (
    <span className="inline-flex max-w-full flex-wrap items-center gap-x-3">
      {holds.slice(0, maxShown).map(({ limit, slots, since, task_run_name }) => (
        <span
          key={`${limit} ${since} ${task_run_name}`}
          className="inline-flex min-w-0 items-center gap-1.5"
          title={task_run_name === null ? undefined : `by the task ${task_run_name}`}
        >
          <LimitLink limit={limit} text={limitHeld(limit)} />
          <span className="shrink-0 text-faint">
            {slots === 1 ? "" : `${slots} slots `}for <Elapsed start={since} end={null} />
          </span>
        </span>
      ))}
      {more > 0 ? <span className="text-faint">and {more} more</span> : null}
    </span>
  );
}

/** Slots change hands without a change of the run: its page is read again a moment after any did. */
export function useLiveSlots(id: string, hasProcess: boolean): void {
  const queryClient = useQueryClient();
  const anew = () => queryClient.invalidateQueries({ queryKey: flowRunQuery(id).queryKey });
  const soon = useRested(anew, 2000);
  useLive(hasProcess ? { kind: "concurrency-limits" } : undefined, { onChanges: soon, onResync: () => void anew() });
}
