import { Link } from "@tanstack/react-router";
import type { AutomationTest } from "../api/types.ts";
import { Segmented } from "../components/button.tsx";
import { Section } from "../components/page.tsx";
import { Sentence } from "../events/event-row.tsx";
import { amount, count, dateAndClock, exact } from "../format.ts";

export const testDays = ["1", "7", "14"] as const;
export type TestDays = (typeof testDays)[number];

/** How often an automation would have fired, and on which events. It is as high whatever comes of it, so that what is below stays. */
export function TestPanel(props: {
  readonly tested: AutomationTest | undefined;
  readonly isTesting: boolean;
  readonly days: TestDays;
  readonly onDays: (days: TestDays) => void;
}) {
  const { tested, isTesting, days, onDays } = props;
  return (
    <Section
      title="Would have fired"
      tools={
        <Segmented
          label="Over which time"
          value={days}
          onChange={onDays}
          options={testDays.map((value) => ({ value, label: value === "1" ? "1 day" : `${value} days` }))}
        />
      }
    >
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
        tabIndex={0}
        aria-label="When it would have fired"
        aria-busy={isTesting}
        className="flex h-44 min-w-0 flex-col gap-2 overflow-y-auto p-3"
      >
        <p role="status">
          {tested === undefined
            ? isTesting
              ? "Looking at the past events…"
              : "It can't be tried yet."
            : said(tested, days)}
        </p>
        {tested === undefined || tested.firings.length === 0 ? null : <Firings firings={tested.firings} />}
      </section>
    </Section>
  );
}

function Firings({ firings }: Pick<AutomationTest, "firings">) {
  return (
    <ul className="flex flex-col">
      {firings.toReversed().map((firing, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the firings of a test are shown as a whole
        <li key={index} className="flex min-w-0 items-baseline gap-3 border-t py-1">
          <time
            dateTime={firing.triggered}
            title={exact(firing.triggered)}
            className="figures shrink-0 text-xs text-faint"
          >
            {dateAndClock(firing.triggered)}
          </time>
          <span className="flex min-w-0 flex-col">
            {firing.events.length === 0 ? <span className="text-muted">What it expects did not come</span> : null}
            {firing.events.map((event) => (
              <Link key={event.id} to="/events/$id" params={{ id: event.id }} className="truncate hover:underline">
                <Sentence event={{ ...event, payload: {}, follows: null, received: event.occurred }} />
              </Link>
            ))}
          </span>
        </li>
      ))}
    </ul>
  );
}

function said({ count: fired, complete, since, until, events_read }: AutomationTest, days: TestDays): string {
  const time = days === "1" ? "the last day" : `the last ${days} days`;
  const read = complete
    ? ""
    : ` Only the ${count(events_read)} events from ${dateAndClock(since)} to ${dateAndClock(until)} were looked at.`;
  if (fired === 0) return `Nothing in ${time} would have made it fire.${read}`;
  return `It would have fired ${amount(fired, "time")} in ${time}.${read}`;
}
