import { countingDuration, duration, exact, milliseconds, relative, type Time } from "../format.ts";
import { useNow, useNowWhile } from "../now.ts";

/** `3 min ago`, with the exact time on hover. */
export function RelativeTime({
  time,
  className,
}: {
  readonly time: Time | null | undefined;
  readonly className?: string;
}) {
  const now = useNow();
  if (time === null || time === undefined) return <span className="text-faint">–</span>;
  return (
    <time dateTime={new Date(milliseconds(time)).toISOString()} title={exact(time)} className={className}>
      {relative(time, now)}
    </time>
  );
}

/** A duration that counts while it lasts. */
export function Elapsed({
  start,
  end,
  className,
}: {
  readonly start: Time | null;
  readonly end: Time | null;
  readonly className?: string;
}) {
  const running = start !== null && end === null;
  const now = useNowWhile(running);
  if (start === null) return <span className={`text-faint ${className ?? ""}`}>–</span>;
  const from = milliseconds(start);
  const span = end === null ? Math.max(0, now - from) : milliseconds(end) - from;
  return (
    <span
      className={`figures ${className ?? ""}`}
      title={end === null ? `since ${exact(start)}` : `${exact(start)} – ${exact(end)}`}
    >
      {end === null ? countingDuration(span) : duration(span)}
    </span>
  );
}
