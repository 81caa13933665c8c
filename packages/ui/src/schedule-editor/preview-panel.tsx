import type { SchedulePreviewTime } from "@ostinato/protocol";
import { messageOf } from "../components/failure.tsx";
import { Icon } from "../components/icon.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { ownZone } from "../components/zoned-time.ts";
import type { PreviewState } from "./schedule-preview.ts";

/** The schedule in words, what may surprise, and its next times in the zone of the schedule and of the reader. */
export function PreviewPanel({ state, timezone }: { readonly state: PreviewState; readonly timezone: string }) {
  const { preview, error, isCurrent } = state;
  if (error !== null && error !== undefined)
    return (
      <p role="alert" className="break-words text-danger">
        {messageOf(error)}
      </p>
    );
  if (preview === undefined) return <Skeleton rows={6} height={20} />;
  return (
    <section
      aria-label="Preview"
      aria-busy={!isCurrent}
      className={`flex min-w-0 flex-col gap-2 ${isCurrent ? "" : "opacity-60"}`}
    >
      <p role="status" className="font-medium break-words">
        {preview.problem === null ? `Runs ${preview.words}` : "This schedule can't be used yet."}
      </p>
      {preview.notes.length === 0 ? null : (
        <ul className="flex flex-col gap-1 text-muted">
          {preview.notes.map((note) => (
            <li key={note} className="flex gap-1.5">
              <Icon name="warning" className="mt-0.5 size-3.5 shrink-0" />
              <span className="min-w-0 break-words">{note}</span>
            </li>
          ))}
        </ul>
      )}
      {preview.times.length === 0 ? null : <Times times={preview.times} timezone={timezone} />}
    </section>
  );
}

function Times({ times, timezone }: { readonly times: readonly SchedulePreviewTime[]; readonly timezone: string }) {
  const isElsewhere = times.some(({ local, reader }) => local.offset !== reader.offset);
  return (
    <table className="w-full text-left tabular-nums">
      <caption className="sr-only">The next times</caption>
      <thead>
        <tr className="border-b text-xs text-faint">
          <th scope="col" className="py-1 pr-3 font-normal">
            {timezone}
          </th>
          {isElsewhere ? (
            <th scope="col" className="py-1 pr-3 font-normal">
              Here ({ownZone()})
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {times.map((one, at) => (
          <tr key={one.time} className="border-b align-top last:border-0">
            <td className="py-1 pr-3">
              <span className="whitespace-nowrap">
                {clockText(one.local)} <span className="text-xs text-faint">{one.local.offset}</span>
              </span>
              <ChangeMark time={one} before={times[at - 1]} />
            </td>
            {isElsewhere ? (
              <td className="py-1 pr-3 whitespace-nowrap text-muted max-sm:whitespace-normal">
                {clockText(one.reader)} <span className="text-xs text-faint">{one.reader.offset}</span>
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ChangeMark({
  time,
  before,
}: {
  readonly time: SchedulePreviewTime;
  readonly before: SchedulePreviewTime | undefined;
}) {
  const text = changeText(time, before);
  return text === undefined ? null : (
    <span className="ml-2 inline-block rounded-sm bg-pressed px-1.5 text-2xs text-muted">{text}</span>
  );
}

function changeText(time: SchedulePreviewTime, before: SchedulePreviewTime | undefined): string | undefined {
  if (time.clock_change === "moved") return "moved: the clock skips its time";
  if (time.clock_change === "repeated") return "first of two such times";
  return before !== undefined && before.local.offset !== time.local.offset ? "the clock has changed" : undefined;
}

const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short", timeZone: "UTC" });

/** `Sun 2026-03-29 03:30`, with seconds where there are some. */
function clockText({ wall_time: wall }: SchedulePreviewTime["local"]): string {
  const [day = "", time = ""] = wall.split("T");
  return `${weekday.format(new Date(`${day}T00:00:00Z`))} ${day} ${time.replace(/:00$/, "")}`;
}
