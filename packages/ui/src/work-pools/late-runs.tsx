import { RelativeTime } from "../components/time.tsx";
import { count } from "../format.ts";

/** How many runs wait past their time, and since when the first does. */
export function LateRuns({ late, since }: { readonly late: number; readonly since: string | null }) {
  if (late === 0) return <span className="text-faint">–</span>;
  return (
    <span className="inline-flex flex-col leading-tight text-(--state-late)">
      <span className="figures font-medium">{count(late)} late</span>
      <RelativeTime time={since} className="text-xs text-faint" />
    </span>
  );
}
