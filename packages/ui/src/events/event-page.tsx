import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Event } from "../api/types.ts";
import { buttonClass } from "../components/button.tsx";
import { Failure } from "../components/failure.tsx";
import { HeaderFact, HeaderFacts } from "../components/header-facts.tsx";
import { Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { dateAndClock, exact } from "../format.ts";
import { AutomateLink } from "./automate-link.tsx";
import { EventDetails } from "./event-details.tsx";
import { Sentence } from "./event-row.tsx";
import { sentenceOf } from "./event-sentence.ts";
import { eventQuery } from "./events.queries.ts";
import { idOf } from "./resource-link.tsx";

const route = getRouteApi("/events/$id");

/** One event, for links to it: what happened, what it follows, and what follows it. */
export function EventPage() {
  const { id } = route.useParams();
  const query = useQuery(eventQuery(id));
  if (query.data === undefined)
    return (
      <Page title="Event">
        {query.isError ? (
          <Failure error={query.error} what="The event" onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton rows={8} />
        )}
      </Page>
    );
  const { event, follows, followed_by, led_to } = query.data;
  return (
    <Page title={titleOf(event)} crumb={event.event} ownHeading>
      <header className="flex flex-col gap-1.5">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <h1 className="mr-auto min-w-0 text-lg font-semibold break-words">
            <Sentence event={event} />
          </h1>
          <AutomateLink id={event.id} />
          <Link to="/events" search={{ resource: idOf(event.resource), since: "7d" }} className={buttonClass()}>
            All events of it
          </Link>
        </div>
        <HeaderFacts>
          <HeaderFact name="Occurred">
            <time dateTime={event.occurred}>{exact(event.occurred)}</time>
          </HeaderFact>
          <HeaderFact name="Received">
            <time dateTime={event.received}>{exact(event.received)}</time>
          </HeaderFact>
        </HeaderFacts>
      </header>
      <div className="rounded-lg border bg-surface p-3">
        <EventDetails event={event} />
      </div>
      {led_to.length === 0 ? null : (
        <Section title="It led to">
          <Linked events={led_to} />
        </Section>
      )}
      {follows === null ? null : (
        <Section title="It follows">
          <Linked events={[follows]} />
        </Section>
      )}
      {followed_by.length === 0 ? null : (
        <Section title="Followed by">
          <Linked events={followed_by} />
        </Section>
      )}
    </Page>
  );
}

function Linked({ events }: { readonly events: readonly Event[] }) {
  return (
    <ul>
      {events.map((event) => (
        <li key={event.id} className="border-b last:border-0">
          <Link
            to="/events/$id"
            params={{ id: event.id }}
            className="flex min-h-8 items-center gap-3 px-3 hover:bg-hover"
          >
            <time dateTime={event.occurred} className="figures shrink-0 text-xs text-faint">
              {dateAndClock(event.occurred)}
            </time>
            <span className="min-w-0 truncate">
              <Sentence event={event} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function titleOf(event: Event): string {
  const { noun, name, did } = sentenceOf(event);
  return [noun, name, did].filter((part) => part !== undefined).join(" ");
}
