import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { PlaceHolder } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { Elapsed } from "../components/time.tsx";
import { StateIcon } from "../runs/state.tsx";

const firstShown = 6;

/** The runs that hold slots, with how long they have been in their state. */
export function SlotRuns({ runs }: { readonly runs: readonly PlaceHolder[] }) {
  const [all, setAll] = useState(false);
  if (runs.length === 0) return null;
  const shown = all ? runs : runs.slice(0, firstShown);
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1">
      <ul aria-label="Runs that hold slots" className="contents">
        {shown.map((run) => (
          <li key={run.id} className="inline-flex min-w-0 items-center gap-1.5">
            <StateIcon type={run.state_type} name={run.state_name} />
            <Link to="/runs/flow-run/$id" params={{ id: run.id }} className="truncate hover:underline" title={run.name}>
              {run.name}
            </Link>
            <Elapsed start={run.since} end={null} className="text-xs text-faint" />
          </li>
        ))}
      </ul>
      {runs.length > firstShown ? (
        <Button look="ghost" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `${runs.length - firstShown} more`}
        </Button>
      ) : null}
    </div>
  );
}
