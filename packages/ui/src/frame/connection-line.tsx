import { reconnectNow, useConnection } from "../api/live.ts";
import { clock, relative } from "../format.ts";
import { useNowWhile } from "../now.ts";

const quietMs = 1500;

/** Shows since when the page receives no changes. Short losses are not shown. */
export function ConnectionLine() {
  const connection = useConnection();
  const lost = connection.state === "lost";
  const now = useNowWhile(lost);
  return (
    <div role="status">
      {lost && now - connection.since > quietMs ? (
        <div className="flex flex-wrap items-center gap-x-2 border-b bg-sunken px-3 py-1 text-xs text-muted sm:px-5">
          <span className="size-1.5 rounded-full" style={{ background: "var(--state-late)" }} />
          <span>
            No live updates since {clock(connection.since).slice(0, 8)} ({relative(connection.since, now)}). The page
            reconnects by itself.
          </span>
          <button type="button" className="font-medium text-text underline underline-offset-2" onClick={reconnectNow}>
            Try now
          </button>
        </div>
      ) : null}
    </div>
  );
}
