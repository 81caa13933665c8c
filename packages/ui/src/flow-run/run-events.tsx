import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button, Segmented } from "../components/button.tsx";
import { Failure } from "../components/failure.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { EventFeed } from "../events/event-feed.tsx";
import { amount, count } from "../format.ts";
import { type EventKind, runEventsQuery, useLiveEvents } from "./run-events.queries.ts";

const kinds = [
  { value: "all", label: "All" },
  { value: "flow-run", label: "Flow runs" },
  { value: "task-run", label: "Task runs" },
  { value: "other", label: "Others" },
] as const;

/** Events of the run and around it as sentences, newest first; new ones appear at the top. */
export function RunEvents({ id }: { readonly id: string }) {
  const [kind, setKind] = useState<EventKind>("all");
  return (
    <div className="flex flex-col gap-2">
      <Segmented label="Kind of events" value={kind} onChange={setKind} options={kinds} />
      <Events key={kind} id={id} kind={kind} />
    </div>
  );
}

function Events({ id, kind }: { readonly id: string; readonly kind: EventKind }) {
  const query = useInfiniteQuery(runEventsQuery(id, kind));
  useLiveEvents(id, kind);
  if (query.isError) return <Failure error={query.error} what="The events" onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton rows={6} height={30} />;
  const events = query.data.pages.flatMap((page) => page.events);
  const total = query.data.pages[0]?.total ?? 0;
  if (events.length === 0) {
    return (
      <p className="py-4 text-muted">
        {kind === "all"
          ? "No event of this run is kept. Old events are deleted after some days."
          : "No event of this kind is kept."}
      </p>
    );
  }
  return (
    <div>
      <EventFeed events={events} />
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
