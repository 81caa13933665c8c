import type { Client } from "@ostinato/client";
import { randomId } from "@ostinato/core";
import {
  createConcurrencyLimit,
  createFlow,
  createFlowRun,
  incrementSlots,
  putTagLimit,
  setFlowRunState,
  takeSlots,
} from "@ostinato/protocol";

/** The slots are held for as long as pictures are taken. */
const leaseSeconds = 3600;
/** Whoever waits asks again so often, as programs do. */
const askAgainMs = 3000;

/** Limits in use: one that is full, with a line; a rate; one of a tag; and one that is off. The line stands until the value is disposed. */
export async function makeLimits(client: Client): Promise<Disposable> {
  const flow = (await client.call(createFlow, { body: { name: "load-warehouse", tags: [], labels: {} } })).id;
  const start = async (name: string) => {
    const { id } = await client.call(createFlowRun, { body: { flow_id: flow, name, state: { type: "PENDING" } } });
    await client.call(setFlowRunState, { params: { id }, body: { state: { type: "RUNNING" } } });
    return id;
  };
  const create = (name: string, limit: number, given: object = {}) =>
    client.call(createConcurrencyLimit, { body: { name, limit, ...given } });
  const take = (names: string[], id: string, waiter_id: string | null = null) =>
    client.call(takeSlots, {
      body: { names, slots: 1, holder: { type: "flow_run", id }, waiter_id, lease_duration: leaseSeconds },
    });

  await create("database", 3);
  await create("openai-api", 10, { slot_decay_per_second: 0.5 });
  await create("old-warehouse", 4, { active: false });
  await client.call(putTagLimit, { body: { tag: "gpu", concurrency_limit: 2 } });
  for (const name of ["steady-ibis", "amber-otter", "quiet-lynx"]) await take(["database"], await start(name));
  await client.call(incrementSlots, { body: { names: ["openai-api"], slots: 7, mode: "rate_limit" } });
  const waiters: { readonly run: string; readonly place: string }[] = [];
  for (const name of ["bold-heron", "plain-wren", "brisk-crane"])
    waiters.push({ run: await start(name), place: randomId() });
  const ask = async () => {
    for (const { run, place } of waiters) await take(["database"], run, place).catch(() => undefined);
  };
  await ask();
  const asking = setInterval(() => void ask(), askAgainMs);
  return { [Symbol.dispose]: () => clearInterval(asking) };
}
