import { Link } from "@tanstack/react-router";
import type { SlotHolder } from "../api/types.ts";
import { Elapsed } from "../components/time.tsx";

/** Who holds the slots of a limit, and for how long. */
export function SlotHolders({ holders }: { readonly holders: readonly SlotHolder[] }) {
  if (holders.length === 0) return null;
  return (
    <div className="flex flex-wrap gap-x-4 text-muted">
      Held by
      {holders.map(({ flow_run_id: id, flow_run_name: name, since }) => (
        <span key={`${id} ${since}`} className="inline-flex min-w-0 gap-1.5">
          {id === null ? (
            "a program"
          ) : (
            <Link to="/runs/flow-run/$id" params={{ id }} className="truncate text-text hover:underline">
              {name}
            </Link>
          )}
          <span className="text-faint">
            for <Elapsed start={since} end={null} />
          </span>
        </span>
      ))}
    </div>
  );
}
