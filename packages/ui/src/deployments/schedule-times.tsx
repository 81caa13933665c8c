import { RelativeTime } from "../components/time.tsx";
import { ownZone } from "../components/zoned-time.ts";
import { clockTime } from "./clock-time.ts";

/** Times of a schedule by its own clock and by the reader's. A time whose offset is another one than before is marked: clocks changed. */
export function ScheduleTimes({ times, zone }: { readonly times: readonly string[]; readonly zone: string }) {
  if (times.length === 0) return <p className="text-muted">This schedule has no further times.</p>;
  const own = ownZone();
  const isForeign = zone !== own;
  const rows = times.map((time) => ({ time, there: clockTime(time, zone), here: clockTime(time, own) }));
  return (
    <table className="w-full max-w-2xl self-start">
      <thead>
        <tr className="text-left text-xs text-faint">
          <th scope="col" className="pb-1 font-normal">
            {zone}
          </th>
          {isForeign ? (
            <th scope="col" className="pb-1 font-normal">
              Yours, {own}
            </th>
          ) : null}
          <th scope="col" className="pb-1 text-right font-normal">
            <span className="sr-only">From now</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ time, there, here }, index) => {
          const before = rows[index - 1]?.there?.offset;
          const isShifted = there !== undefined && before !== undefined && before !== there.offset;
          return (
            <tr key={time} className="figures border-t">
              <td className="py-1 pr-3 sm:whitespace-nowrap">
                {there === undefined ? time : there.text}{" "}
                <span className={isShifted ? "font-medium text-(--state-late)" : "text-faint max-sm:hidden"}>
                  {there?.offset}
                </span>
                {isShifted ? <span className="ml-1 text-xs text-(--state-late)">clocks change</span> : null}
              </td>
              {isForeign ? (
                <td className="py-1 pr-3 text-muted">
                  {here?.text} <span className="text-faint max-sm:hidden">{here?.offset}</span>
                </td>
              ) : null}
              <td className="py-1 text-right text-xs text-faint">
                <RelativeTime time={time} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
