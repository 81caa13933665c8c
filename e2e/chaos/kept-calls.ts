import { everyPage, patiently } from "./api.ts";

interface FinishedTask {
  readonly name: string;
}

/** The calls of tasks in the run and its subflows whose results the server has, in the ledger's form. */
export async function keptCalls(apiUrl: string, flowRunId: string): Promise<ReadonlySet<string>> {
  const subflows = await patiently<{ id: string }[]>(`${apiUrl}/flow_runs/filter`, {
    flow_runs: { parent_flow_run_id: { any_: [flowRunId] } },
  });
  const finished = await everyPage<FinishedTask>(`${apiUrl}/task_runs/filter`, {
    flow_runs: { id: { any_: [flowRunId, ...subflows.map(({ id }) => id)] } },
    task_runs: { state: { type: { any_: ["COMPLETED"] } } },
    sort: "ID_DESC",
  });
  return new Set(finished.map(({ name }) => name));
}
