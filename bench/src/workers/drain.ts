import type { Work } from "../group.ts";
import { amount, type Effort, repeat } from "../row.ts";
import { claim, makeDue, newPool, type Pool, pollFor, propose, type WorkersStage } from "./pools.ts";

const workers = 16;
/** As many as a worker takes at once; it executes them one after the other. */
const runsAtOnce = 8;

/** 2,000 runs even out what single calls don't. */
const maxRepetitions = 3;

/** A run that is PENDING, with the fields that its next states have. */
interface TakenRun {
  readonly id: string;
  readonly state_details: object;
}

type Take = (stage: WorkersStage, pool: Pool) => Promise<readonly TakenRun[]>;

const takeByClaim: Take = async (stage, pool) => {
  const claimed = await claim(stage, pool, runsAtOnce);
  return claimed.map(({ id, state_id }) => ({ id, state_details: { claim: state_id } }));
};

const takeByPoll: Take = async (stage, pool) => {
  const taken: TakenRun[] = [];
  for (const id of await pollFor(stage, pool, runsAtOnce)) {
    if (await propose(stage, id, { type: "PENDING" })) taken.push({ id, state_details: {} });
  }
  return taken;
};

/** Workers that take due runs and execute them, without the processes of the runs. */
export const drains: readonly Work<WorkersStage>[] = [
  draining({
    row: "runs drained by 16 workers",
    how: "claimed (a peer's: polled and proposed as PENDING)",
    take: (stage, pool) => (stage.target.peer ? takeByPoll : takeByClaim)(stage, pool),
    peers: true,
  }),
  draining({
    row: "runs drained by 16 workers of Prefect's kind",
    how: "polled and proposed as PENDING",
    take: takeByPoll,
    peers: false,
  }),
];

interface Draining {
  readonly row: string;
  readonly how: string;
  readonly take: Take;
  readonly peers: boolean;
}

function draining({ row, how, take, peers }: Draining): Work<WorkersStage> {
  const count = (effort: Effort) => amount(effort, 2000, workers * 4);
  return {
    rows: [{ row, unit: "/s" }],
    peers,
    how: (effort) =>
      `${workers} workers, ${count(effort)} due runs of one pool, ${how} ${runsAtOnce} at once, each set RUNNING and COMPLETED by requests of the worker; from the first request until all are COMPLETED`,
    async measure(stage, effort) {
      return [await repeat(Math.min(effort.runs, maxRepetitions), () => drain(stage, take, count(effort)))];
    },
  };
}

/** Gives runs a second. */
async function drain(stage: WorkersStage, take: Take, count: number): Promise<number> {
  const pool = await newPool(stage);
  await makeDue(stage, pool, count);
  let ended = 0;
  const worker = async () => {
    while (ended < count) {
      for (const { id, state_details } of await take(stage, pool)) {
        await propose(stage, id, { type: "RUNNING", state_details });
        if (await propose(stage, id, { type: "COMPLETED", state_details })) ended += 1;
      }
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: workers }, worker));
  return count / ((performance.now() - begun) / 1000);
}
