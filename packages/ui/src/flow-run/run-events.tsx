import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { EventPage } from "../api/types.ts";
import { Button, Segmented } from "../components/button.tsx";
import { Failure } from "../components/failure.tsx";
import { Icon } from "../components/icon.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { sentenceOf } from "../events/event-sentence.ts";
import { amount, clock, count, date, exact } from "../format.ts";
import { StateIcon } from "../runs/state.tsx";
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
  const [open, setOpen] = useState<string>();
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
  const days = new Set(events.map((event) => date(event.occurred)));
  return (
    <div>
      <ul className="rounded-lg border bg-surface">
        {events.map((event) => (
          <EventRow
            key={event.id}
            event={event}
            withDate={days.size > 1}
            open={open === event.id}
            onToggle={() => setOpen(open === event.id ? undefined : event.id)}
          />
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

function EventRow(props: {
  readonly event: EventPage["events"][number];
  readonly withDate: boolean;
  readonly open: boolean;
  readonly onToggle: () => void;
}) {
  const { event, withDate, open } = props;
  const { noun, name, did, state, message } = sentenceOf(event);
  return (
    <li className="border-b last:border-0">
      <button
        type="button"
        aria-expanded={open}
        onClick={props.onToggle}
        className="flex min-h-8 w-full items-center gap-2 px-3 text-left hover:bg-hover"
      >
        <Icon name={open ? "chevronDown" : "chevronRight"} className="size-3 shrink-0 text-faint" />
        <time
          dateTime={event.occurred}
          title={exact(event.occurred)}
          className="figures shrink-0 text-xs whitespace-nowrap text-faint"
        >
          {withDate ? `${date(event.occurred)} ` : ""}
          {clock(event.occurred)}
        </time>
        {state === undefined ? (
          <span className="size-4 shrink-0" />
        ) : (
          <StateIcon silent type={state.type} name={state.name} />
        )}
        <span className="min-w-0 flex-1 truncate">
          {noun === undefined ? null : <span className="text-muted">{noun} </span>}
          {name === undefined ? null : <span className="font-medium">{name} </span>}
          {did}
          {message === undefined ? null : <span className="text-faint">: {message.split("\n", 1)[0]}</span>}
        </span>
      </button>
      {open ? (
        <div className="px-3 pb-3">
          <p className="pb-1 font-mono text-xs text-muted">{event.event}</p>
          <JsonView value={event} />
        </div>
      ) : null}
    </li>
  );
}
