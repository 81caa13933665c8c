import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Event } from "../api/types.ts";
import { Sentence } from "./event-row.tsx";
import { eventQuery } from "./events.queries.ts";
import { idOf, ResourceLink } from "./resource-link.tsx";

/** What automations did because of an event, asked for when its details are shown. */
export function LedTo({ id }: { readonly id: string }) {
  const { data } = useQuery(eventQuery(id));
  if (data === undefined || data.led_to.length === 0) return null;
  return (
    <dl className="grid grid-cols-[84px_minmax(0,1fr)] gap-x-3">
      <dt className="leading-7 text-faint">Led to</dt>
      <dd className="flex max-h-56 min-w-0 flex-col overflow-y-auto">
        {data.led_to.map((event) => (
          <Consequence key={event.id} event={event} />
        ))}
      </dd>
    </dl>
  );
}

function Consequence({ event }: { readonly event: Event }) {
  const runs = event.related.filter((resource) => idOf(resource).startsWith("prefect.flow-run."));
  return (
    <span className="flex min-h-7 min-w-0 flex-wrap items-center gap-x-2">
      <Link to="/events/$id" params={{ id: event.id }} className="min-w-0 truncate hover:underline">
        <Sentence event={event} />
      </Link>
      {runs.map((run) => (
        <ResourceLink key={idOf(run)} resource={run} />
      ))}
    </span>
  );
}
