import type { FlowRunRow } from "../api/types.ts";
import type { RunsSearch } from "../runs/runs-search.ts";
import { UpcomingRuns } from "../runs/upcoming-runs.tsx";

/** The runs of a pool or a queue that have not started, the earliest first. */
export function UpcomingTab(props: { readonly search: RunsSearch; readonly isOwn: (run: FlowRunRow) => boolean }) {
  return (
    <UpcomingRuns
      search={props.search}
      isOwn={props.isOwn}
      about={(run) =>
        [run.flow_name, run.deployment_name, run.work_queue_name].filter((name) => name !== null).join(" · ")
      }
    >
      No run waits or is planned here.
    </UpcomingRuns>
  );
}
