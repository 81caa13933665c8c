import { type Group, group, type Work } from "../group.ts";
import { connect } from "../http-load.ts";
import { drains } from "../workers/drain.ts";
import { flat } from "../workers/flat.ts";
import { makeDue, newPool, type Pool, poll, type WorkersStage } from "../workers/pools.ts";
import { workerProcesses } from "../workers/processes.ts";
import { pushed } from "../workers/pushed.ts";
import { slotWorks } from "../workers/slots.ts";
import { calls } from "./calls.ts";

interface Stage extends WorkersStage {
  /** A pool that has one due run. */
  readonly polled: Pool;
}

const pollers = 100;

/** What workers of a pool ask of a server, how soon they start runs, and how soon a slot changes hands. */
export const workers: Group = group<Stage>({
  name: "workers",
  async open(target) {
    const stage = { target, server: connect(target.apiUrl, pollers) };
    const polled = await newPool(stage);
    await makeDue(stage, polled, 1);
    return { ...stage, polled };
  },
  close: ({ server }) => server.close(),
  works: [
    polling({ row: "worker poll, 1 worker", connections: 1, calls: 1000 }),
    polling({ row: "worker poll, 100 workers", connections: pollers, calls: 3000 }),
    ...drains,
    ...slotWorks,
    pushed,
    ...workerProcesses,
    flat,
  ],
});

function polling(row: { readonly row: string; readonly connections: number; readonly calls: number }): Work<Stage> {
  return calls({
    ...row,
    what: "POST /work_pools/{name}/get_scheduled_flow_runs of a pool that has one due run",
    call: ({ server, polled }) => server.send("POST", ...poll(polled)),
  });
}
