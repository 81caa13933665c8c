import { Link } from "@tanstack/react-router";
import type { RunsSearch } from "./runs-search.ts";

/** Switches between the two lists of runs, and keeps the filters that they share. */
export function KindsOfRuns({ search }: { readonly search: Pick<RunsSearch, "state" | "flow" | "since" | "until"> }) {
  const { state, flow, since, until } = search;
  const both = {
    ...(state === undefined ? {} : { state }),
    ...(flow === undefined ? {} : { flow }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
  return (
    <nav aria-label="Kinds of runs" className="-mt-1 flex gap-1 border-b">
      {(["/runs", "/runs/task-runs"] as const).map((to) => (
        <Link
          key={to}
          to={to}
          search={both}
          activeOptions={{ exact: true, includeSearch: false }}
          className="relative inline-flex h-9 items-center px-2 text-sm whitespace-nowrap text-muted hover:text-text"
          activeProps={{
            className:
              "font-medium !text-text after:absolute after:inset-x-2 after:bottom-0 after:h-0.5 after:rounded-full after:bg-accent",
          }}
        >
          {to === "/runs" ? "Flow runs" : "Task runs"}
        </Link>
      ))}
    </nav>
  );
}
