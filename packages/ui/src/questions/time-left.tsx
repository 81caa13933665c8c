import { dateAndClock, milliseconds, relative } from "../format.ts";
import { useNow } from "../now.ts";

/** The time is shown in colour when little is left. */
const littleMs = 10 * 60_000;

/** `2 h left: without an answer until 28 Nov, 23:00 the run fails.` */
export function TimeLeft({ until }: { readonly until: string }) {
  const left = milliseconds(until) - useNow();
  if (left <= 0)
    return <span className="font-medium text-(--state-late)">Its time ran out on {dateAndClock(until)}.</span>;
  return (
    <>
      <ShortTimeLeft until={until} />: without an answer until {dateAndClock(until)} the run fails.
    </>
  );
}

/** `2 h left`. */
export function ShortTimeLeft({ until }: { readonly until: string }) {
  const now = useNow();
  const left = milliseconds(until) - now;
  const time = relative(until, now).replace(/^in /, "");
  return (
    <span className={left < littleMs ? "font-medium text-(--state-late)" : "text-text"} title={dateAndClock(until)}>
      {left <= 0 ? "its time ran out" : time === "now" ? "a few seconds left" : `${time} left`}
    </span>
  );
}
