import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Automation, AutomationFiring } from "../api/types.ts";
import { Sentence } from "../events/event-row.tsx";
import { amount, count, dateAndClock, exact } from "../format.ts";
import type { Names } from "./automation-words.ts";
import { OutcomeLine } from "./outcome-line.tsx";

/** The firings of an automation, the latest first: the events that caused each, and what became of each action. */
export function Firings(props: {
  readonly firings: readonly AutomationFiring[];
  readonly total: number;
  readonly automation: Automation;
  readonly names: Names;
  readonly more: ReactNode;
}) {
  const { firings, total, automation, names, more } = props;
  if (firings.length === 0)
    return (
      <p className="px-3 py-3 text-muted">
        It has not fired yet, as far as events are kept. Edit it to see when it would have fired.
      </p>
    );
  return (
    <>
      <ol aria-label="Firings, the latest first">
        {firings.map((firing) => (
          <li key={firing.id} className="flex min-w-0 flex-col gap-1 border-b px-3 py-2 last:border-0">
            <span className="flex flex-wrap items-baseline gap-x-3">
              <Link to="/events/$id" params={{ id: firing.id }} className="font-medium hover:underline">
                <time dateTime={firing.occurred} title={exact(firing.occurred)}>
                  {dateAndClock(firing.occurred)}
                </time>
              </Link>
              <span className="text-muted">{firing.trigger_state === "Resolved" ? "resolved" : "fired"}</span>
              {Object.entries(firing.labels).map(([label, value]) => (
                <span key={label} className="min-w-0 truncate text-xs text-faint" title={`${label}: ${value}`}>
                  {value}
                </span>
              ))}
            </span>
            <Causes firing={firing} />
            {firing.actions.map((outcome) => (
              <OutcomeLine
                key={outcome.invocation}
                outcome={outcome}
                action={automation.actions[outcome.index]}
                names={names}
              />
            ))}
            {firing.actions.length === 0 ? <span className="text-faint">Nothing was to be done.</span> : null}
          </li>
        ))}
      </ol>
      <div className="flex items-center gap-3 px-3 py-2">
        {more}
        <span className="text-xs text-faint">
          {more === null
            ? amount(total, "firing")
            : `The latest ${count(firings.length)} of ${amount(total, "firing")}`}
        </span>
      </div>
    </>
  );
}

const maxCauses = 5;

function Causes({ firing: { events } }: { readonly firing: AutomationFiring }) {
  if (events.length === 0)
    return <span className="text-muted">Because what it expects did not come, or the event is not kept any more.</span>;
  return (
    <>
      {events.slice(0, maxCauses).map((event) => (
        <span key={event.id} className="flex min-w-0 items-baseline gap-1.5">
          <span className="shrink-0 text-faint">because</span>
          <Link to="/events/$id" params={{ id: event.id }} className="min-w-0 truncate hover:underline">
            <Sentence event={{ ...event, payload: {}, follows: null, received: event.occurred }} />
          </Link>
        </span>
      ))}
      {events.length > maxCauses ? (
        <span className="text-faint">and {amount(events.length - maxCauses, "other event")}</span>
      ) : null}
    </>
  );
}
