import { Link } from "@tanstack/react-router";
import { type RefObject, useState } from "react";
import type { Event } from "../api/types.ts";
import { buttonClass } from "../components/button.tsx";
import { date } from "../format.ts";
import { AutomateLink } from "./automate-link.tsx";
import { EventDetails } from "./event-details.tsx";
import { EventRow } from "./event-row.tsx";
import { LedTo } from "./led-to.tsx";

/** Events as sentences, each with its details on demand. */
export function EventFeed(props: {
  readonly events: readonly Event[];
  readonly feed?: RefObject<HTMLUListElement | null>;
  /** Where events can be narrowed to those of a resource. */
  readonly onResource?: (id: string) => void;
}) {
  const { events, feed, onResource } = props;
  const [open, setOpen] = useState<string>();
  if (events.length === 0) return null;
  const withDate = new Set(events.map(({ occurred }) => date(occurred))).size > 1;
  return (
    <ul ref={feed ?? null} aria-label="Events, the latest first" className="rounded-lg border bg-surface">
      {events.map((event) => (
        <EventRow
          key={event.id}
          event={event}
          withDate={withDate}
          open={open === event.id}
          onToggle={() => setOpen(open === event.id ? undefined : event.id)}
        >
          <EventDetails
            event={event}
            consequences={<LedTo id={event.id} />}
            {...(onResource === undefined ? {} : { onResource })}
          >
            <AutomateLink id={event.id} />
            <Link to="/events/$id" params={{ id: event.id }} className={buttonClass()}>
              Open
            </Link>
          </EventDetails>
        </EventRow>
      ))}
    </ul>
  );
}
