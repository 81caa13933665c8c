import { filterEvents } from "@ostinato/protocol";
import { expect, test, vi } from "vitest";
import { injecting, recordOnOwnServer } from "../../test/harness.ts";
import { flow, type RelatedOptions, secret, task, useConnection } from "../index.ts";
import { emit } from "./emit.ts";

// Whoever waits on a busy machine waits long.
vi.setConfig({ testTimeout: 60_000 });

const recorder = recordOnOwnServer();

async function eventsNamed(name: string) {
  const { events } = await recorder.client.call(filterEvents, {
    body: { filter: { event: { name: [name] } }, limit: 50 },
  });
  return events.toReversed();
}

test("an event of a flow is about what its options say, and is related to the run, its flow and its tags", async () => {
  const train = flow({ name: "train", tags: ["gpu"] }, async () => {
    const first = await emit("model.trained", {
      resource: { id: "model/taxi", name: "Taxi", team: "ml" },
      related: [{ id: "dataset/trips", role: "dataset" }],
      payload: { score: 7.5, rows: 2n ** 60n, token: secret("s3cret") },
    });
    return await emit("model.trained", {
      resource: "model/taxi",
      follows: first,
      occurred: "2026-01-01T06:00:00+09:00",
    });
  })();
  const second = await train;
  const [earlier, event] = await eventsNamed("model.trained");
  expect(event).toMatchObject({
    resource: { "prefect.resource.id": "model/taxi", "prefect.resource.name": "Taxi", team: "ml" },
    related: [
      { "prefect.resource.id": "dataset/trips", "prefect.resource.role": "dataset" },
      {
        "prefect.resource.id": `prefect.flow-run.${train.id}`,
        "prefect.resource.name": train.name,
        "prefect.resource.role": "flow-run",
      },
      { "prefect.resource.role": "flow", "prefect.resource.name": "train" },
      { "prefect.resource.id": "prefect.tag.gpu", "prefect.resource.role": "tag" },
    ],
  });
  expect(JSON.stringify(event?.payload)).toContain('"rows":1152921504606846976');
  expect(JSON.stringify(event?.payload)).not.toContain("s3cret");
  expect(earlier).toMatchObject({ id: second.id, follows: event?.id, occurred: "2025-12-31T21:00:00Z" });
});

test.each([{ runIn: undefined }, { runIn: "thread" as const }])(
  "an event without a resource is about the run that emits it, and reaches the server also where nobody waits for it: $runIn",
  async ({ runIn }) => {
    const name = `step.done.${runIn ?? "here"}`;
    const steps = await import("../../test/fixtures/emitting-tasks.ts");
    const run = flow(
      { name: "steps" },
      async () => await (runIn === undefined ? steps.step : steps.stepInThread)(name),
    )();
    await run;
    const [event] = await eventsNamed(name);
    expect(event?.resource["prefect.resource.id"]).toMatch(/^prefect\.task-run\./);
    expect(event?.related.map((resource) => resource["prefect.resource.role"])).toEqual(["flow-run", "flow"]);
  },
);

test("events outside of runs wait while the server is away", async () => {
  let failures = 0;
  const transport = injecting(recorder.server);
  const failing: typeof transport = async (request) => {
    if (request.path === "/events" && failures < 2) {
      failures += 1;
      throw new Error("connection refused");
    }
    return await transport(request);
  };
  {
    await using _ = await useConnection({ baseUrl: "in-process", transport: failing, inProcess: true });
    await emit("order.paid", { resource: "order/1" });
    await emit("order.paid", { resource: "order/2" });
  }
  const events = await eventsNamed("order.paid");
  expect(events.map(({ resource }) => resource["prefect.resource.id"])).toEqual(["order/1", "order/2"]);
  expect(failures).toBe(2);
});

test.each([
  { call: () => emit(5 as never), says: "takes the name of the event" },
  { call: () => emit("x".repeat(1025)), says: "the name has 1025 characters; give at most 1024" },
  { call: () => emit("a"), says: 'needs the resource that it is about, outside of runs: { resource: "model/taxi" }' },
  { call: () => emit("a", { resourc: "b" } as never), says: 'no option "resourc"' },
  { call: () => emit("a", { resource: { name: "b" } as never }), says: "give it an id" },
  { call: () => emit("a", { resource: { id: "b", size: 5 } as never }), says: "resource: size is 5; give a string" },
  { call: () => emit("a", { resource: "é".repeat(600) }), says: "its id and role take 1200 bytes; give at most 1024" },
  { call: () => emit("a", { resource: "b", related: [{ id: "c" } as never] }), says: "related[0] has no role" },
  { call: () => emit("a", { resource: "b", related: many(101) }), says: "related has 101 resources; give at most 100" },
  { call: () => emit("a", { resource: "b", payload: { a: { b: [Number.NaN] } } }), says: "payload.a.b.0 is NaN" },
  {
    call: () => emit("a", { resource: "b", payload: { text: "x".repeat(1_500_000) } }),
    says: "payload makes the event",
  },
  { call: () => emit("a", { resource: "b", follows: "yesterday" }), says: 'follows is "yesterday"' },
  { call: () => emit("a", { resource: "b", occurred: "soon" }), says: "give a moment with its offset" },
])("an event that no server takes is refused with the name of the field: $says", async ({ call, says }) => {
  await expect(call()).rejects.toThrow(says);
});

function many(count: number): readonly RelatedOptions[] {
  return Array.from({ length: count }, (_, index) => ({ id: `dataset/${index}`, role: "dataset" }));
}

test("a task outside of flows emits events too", async () => {
  const alone = task({ name: "alone" }, async () => await emit("alone.done"));
  const { resource, related } = await alone();
  expect(resource["prefect.resource.name"]).toMatch(/^alone/);
  expect(related).toEqual([]);
});
