import { useState } from "react";
import type { FlowRunRow } from "../api/types.ts";
import { IconButton } from "../components/button.tsx";
import { messageOf } from "../components/failure.tsx";
import { csvText } from "./csv.ts";
import { allRuns } from "./runs.queries.ts";
import type { RunsSearch } from "./runs-search.ts";

const mostRows = 20_000;

/** Everything that the filter finds, as a file: times in UTC, spans in seconds. */
export function CsvButton({ search }: { readonly search: RunsSearch }) {
  const [state, setState] = useState<"ready" | "busy" | string>("ready");
  const download = async () => {
    setState("busy");
    try {
      saveFile("runs.csv", csvText(header, (await allRuns(search, mostRows)).map(cells)), "text/csv");
      setState("ready");
    } catch (cause) {
      setState(messageOf(cause));
    }
  };
  const failed = state !== "ready" && state !== "busy";
  return (
    <>
      <IconButton
        icon={failed ? "warning" : "download"}
        label={failed ? `Failed: ${state} Try again` : state === "busy" ? "Reading all runs…" : "Download as CSV"}
        disabled={state === "busy"}
        onClick={() => void download()}
      />
      {failed ? (
        <span role="alert" className="sr-only">
          {state}
        </span>
      ) : null}
    </>
  );
}

function saveFile(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

const header = [
  "id",
  "name",
  "flow",
  "state_type",
  "state_name",
  "start_time",
  "end_time",
  "seconds",
  "attempts",
  "tags",
  "deployment",
  "parent",
  "message",
];

function cells(run: FlowRunRow): readonly (string | number | null)[] {
  return [
    run.id,
    run.name,
    run.flow_name,
    run.state_type,
    run.state_name,
    run.start_time,
    run.end_time,
    run.total_run_time,
    run.run_count,
    run.tags.join(" "),
    run.deployment_name,
    run.parent_flow_run_id,
    run.state?.message ?? null,
  ];
}
