import { randomUUID } from "node:crypto";
import type { Work } from "../group.ts";
import { prepared } from "../http-load.ts";
import { amount, type Effort } from "../row.ts";
import { calls } from "../rows/calls.ts";
import { bell, type Channel, joinPool, waitForSlots } from "./channel.ts";
import { type ClaimedRun, claim, makeDue, newPool, propose, type WorkersStage } from "./pools.ts";

/** How soon a slot that becomes free is held again, and what slots cost. */
export const slotWorks: readonly Work<WorkersStage>[] = [
  handOver(16),
  handOver(100),
  poolHandOver(16),
  takeAndGive(16),
];

async function newLimit({ target, server }: WorkersStage, limit: number): Promise<string> {
  const name = `bench ${randomUUID()}`;
  await prepared(target, server, "/v2/concurrency_limits/", { name, limit });
  return name;
}

/** As long as a holder keeps its slot, in milliseconds. */
const heldMillis = 250;

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

function handOver(waiters: number): Work<WorkersStage> {
  const count = (effort: Effort) => amount(effort, 100, 10);
  return {
    rows: [{ row: `slot of a limit handed over, ${waiters} waiters`, unit: "ms" }],
    peers: waiters === 16,
    how: (effort) =>
      `${waiters} waiters for one slot, each with its own websocket /concurrency/wake (a peer's sleep as its answers say), held for ${heldMillis} ms, ${count(effort)} times; from sending decrement-with-lease to the answer of increment-with-lease that gives the slot to the next one`,
    measure: async (stage, effort) => [await handOvers(stage, waiters, count(effort))],
  };
}

async function handOvers(stage: WorkersStage, waiters: number, count: number): Promise<readonly number[]> {
  const name = await newLimit(stage, 1);
  const taken: number[] = [];
  let givenAt: number | undefined;
  const waiter = async () => {
    const line = await standInLine(stage, name);
    while (taken.length < count) {
      const lease = await line.take(() => taken.length >= count);
      if (lease === undefined) break;
      if (givenAt !== undefined) taken.push(performance.now() - givenAt);
      await pause(heldMillis);
      givenAt = performance.now();
      await line.giveBack(lease);
    }
    line.close();
  };
  await Promise.all(Array.from({ length: waiters }, waiter));
  return taken.slice(0, count);
}

interface PlaceInLine {
  /** Waits for the slot; undefined once it is not wanted any more. */
  take(isEnough: () => boolean): Promise<string | undefined>;
  giveBack(lease: string): Promise<void>;
  close(): void;
}

/** The longest time between two questions of one who waits. */
const maxWaitSeconds = 10;

async function standInLine({ target, server }: WorkersStage, name: string): Promise<PlaceInLine> {
  const waiterId = randomUUID();
  const { ring, wait } = bell();
  const channel: Channel | undefined = target.peer ? undefined : await waitForSlots(target.apiUrl, waiterId, ring);
  const body = { names: [name], slots: 1, mode: "concurrency", ...(target.peer ? {} : { waiter_id: waiterId }) };
  return {
    async take(isEnough) {
      while (!isEnough()) {
        const answer = await server.send("POST", "/v2/concurrency_limits/increment-with-lease", body);
        if (answer.status < 400) return (JSON.parse(answer.text) as { lease_id: string }).lease_id;
        if (answer.status !== 423 && !(target.peer && answer.status === 503)) {
          throw new Error(`The slot was refused with ${answer.status}: ${answer.text.slice(0, 300)}`);
        }
        const seconds = Math.min(maxWaitSeconds, answer.retryAfterSeconds ?? maxWaitSeconds);
        await (channel === undefined ? pause(seconds * 1000) : Promise.race([wait(), pause(seconds * 1000)]));
      }
      return undefined;
    },
    async giveBack(lease_id) {
      const path = "/v2/concurrency_limits/decrement-with-lease";
      const { status, text } = await server.send("POST", path, { lease_id });
      if (status >= 400) throw new Error(`The slot was not taken back, ${status}: ${text.slice(0, 300)}`);
    },
    close: () => channel?.close(),
  };
}

function poolHandOver(workers: number): Work<WorkersStage> {
  const count = (effort: Effort) => amount(effort, 100, 10);
  return {
    rows: [{ row: `slot of a pool handed over, ${workers} workers`, unit: "ms" }],
    how: (effort) =>
      `a pool with one slot and ${count(effort)} due runs, ${workers} connected workers, each run held for ${heldMillis} ms; from sending COMPLETED to the answer of the claim that gives the next run`,
    measure: async (stage, effort) => [await poolHandOvers(stage, workers, count(effort))],
  };
}

async function poolHandOvers(stage: WorkersStage, workers: number, count: number): Promise<readonly number[]> {
  const pool = await newPool(stage, { concurrency_limit: 1 });
  await makeDue(stage, pool, count);
  const taken: number[] = [];
  const all = Promise.withResolvers<void>();
  let ended = 0;
  let endedAt: number | undefined;
  const execute = async ({ id, state_id }: ClaimedRun) => {
    if (endedAt !== undefined) taken.push(performance.now() - endedAt);
    const state_details = { claim: state_id };
    await propose(stage, id, { type: "RUNNING", state_details });
    await pause(heldMillis);
    endedAt = performance.now();
    await propose(stage, id, { type: "COMPLETED", state_details });
    ended += 1;
    if (ended === count) all.resolve();
  };
  const ask = async () => {
    for (const run of await claim(stage, pool, 4)) await execute(run);
  };
  const channels: Channel[] = [];
  for (let index = 0; index < workers; index += 1) {
    channels.push(await joinPool(stage.target.apiUrl, pool.name, () => void ask().catch(all.reject)));
  }
  await all.promise;
  for (const channel of channels) channel.close();
  return taken;
}

function takeAndGive(clients: number): Work<WorkersStage> {
  let name = "";
  return calls({
    row: `slot taken and given back, ${clients} clients`,
    what: "POST /v2/concurrency_limits/increment-with-lease and then decrement-with-lease, of a limit that has a slot for each",
    connections: clients,
    calls: 1000,
    prepare: async (stage) => {
      name = await newLimit(stage, clients);
    },
    call: async ({ server }) => {
      const body = { names: [name], slots: 1, mode: "concurrency" };
      const taken = await server.send("POST", "/v2/concurrency_limits/increment-with-lease", body);
      if (taken.status >= 400) return taken;
      const { lease_id } = JSON.parse(taken.text) as { lease_id: string };
      return server.send("POST", "/v2/concurrency_limits/decrement-with-lease", { lease_id });
    },
  });
}
