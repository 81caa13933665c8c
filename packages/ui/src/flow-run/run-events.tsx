import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../components/button.tsx";
import { Failure } from "../components/failure.tsx";
import { Icon } from "../components/icon.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { RelativeTime } from "../components/time.tsx";
import { amount, count } from "../format.ts";
import { runEventsQuery, useLiveEvents } from "./run-events.queries.ts";

/** Events of the run and around it, newest first; new ones appear at the top. */
export function RunEvents({ id }: { readonly id: string }) {
  const query = useInfiniteQuery(runEventsQuery(id));
  useLiveEvents(id);
  const [open, setOpen] = useState<string>();
  if (query.isError) return <Failure error={query.error} what="The events" onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton rows={6} height={30} />;
  const events = query.data.pages.flatMap((page) => page.events);
  const total = query.data.pages[0]?.total ?? 0;
  if (events.length === 0)
    return <p className="py-4 text-muted">No event of this run is kept. Old events are deleted after some days.</p>;
  return (
    <div>
      <ul className="rounded-lg border bg-surface">
        {events.map((event) => (
          <li key={event.id} className="border-b last:border-0">
            <button
              type="button"
              aria-expanded={open === event.id}
              onClick={() => setOpen(open === event.id ? undefined : event.id)}
              className="flex min-h-8 w-full items-center gap-2 px-3 text-left hover:bg-hover"
            >
              <Icon name={open === event.id ? "chevronDown" : "chevronRight"} className="size-3 text-faint" />
              <span className="min-w-0 flex-1 truncate">
                <span className="font-mono text-xs">{event.event}</span>{" "}
                <span className="text-faint">{event.resource["prefect.resource.name"] ?? ""}</span>
              </span>
              <RelativeTime time={event.occurred} className="shrink-0 text-xs text-faint" />
            </button>
            {open === event.id ? (
              <div className="px-3 pb-3">
                <JsonView value={event} />
              </div>
            ) : null}
          </li>
        ))}
      </ul>
      <div className="mt-2 flex items-center gap-3">
        {query.hasNextPage ? (
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show older
          </Button>
        ) : null}
        <p className="text-xs text-faint" role="status">
          {query.hasNextPage ? `The newest ${count(events.length)} of ` : ""}
          {amount(total, "event")}
        </p>
      </div>
    </div>
  );
}
