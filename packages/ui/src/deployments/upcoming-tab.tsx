import { useMemo } from "react";
import type { Deployment } from "../api/types.ts";
import { madeBy } from "../runs/made-by.ts";
import { UpcomingRuns } from "../runs/upcoming-runs.tsx";

/** The runs of a deployment that have not started. */
export function UpcomingTab({ deployment: { id, paused } }: { readonly deployment: Deployment }) {
  const search = useMemo(() => ({ deployment: [id] }), [id]);
  return (
    <UpcomingRuns search={search} isOwn={(run) => run.deployment_id === id} about={(run) => madeBy(run)?.text ?? ""}>
      {paused
        ? "This deployment is paused: its schedules make no runs."
        : "No run is planned. An active schedule plans its next runs by itself."}
    </UpcomingRuns>
  );
}
