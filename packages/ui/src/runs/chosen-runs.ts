import { useEffect, useState } from "react";
import type { FlowRunRow } from "../api/types.ts";
import { filterOf, type RunsSearch } from "./runs-search.ts";

const noRuns: ReadonlyMap<string, FlowRunRow> = new Map();

/** The selection in a list of runs. A new filter clears it, so that no invisible run stays selected. */
export function useChosenRuns(search: RunsSearch, runs: readonly FlowRunRow[]) {
  const [chosen, setChosen] = useState(noRuns);
  const filter = JSON.stringify(filterOf(search));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the selection was made under another filter
  useEffect(() => setChosen(noRuns), [filter]);
  const choose = (ids: ReadonlySet<string>) => {
    const loaded = new Map(runs.map((run) => [run.id, run]));
    setChosen(byId([...ids].flatMap((id) => loaded.get(id) ?? chosen.get(id) ?? [])));
  };
  return {
    chosen,
    setChosen: (all: readonly FlowRunRow[]) => setChosen(byId(all)),
    choose,
    clear: () => setChosen(noRuns),
  };
}

function byId(runs: readonly FlowRunRow[]): ReadonlyMap<string, FlowRunRow> {
  return new Map(runs.map((run) => [run.id, run]));
}

/** The selected runs with the latest data of the list. */
export function withLatest(
  chosen: ReadonlyMap<string, FlowRunRow>,
  runs: readonly FlowRunRow[],
): readonly FlowRunRow[] {
  const latest = new Map(chosen);
  for (const run of runs) if (latest.has(run.id)) latest.set(run.id, run);
  return [...latest.values()];
}
