import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Transport } from "@ostinato/client";
import { addSeconds, timeOrderedId } from "@ostinato/core";
import { createFlowRunInput, filterEvents, filterFlowRunInput } from "@ostinato/protocol";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { injecting, recordOnOwnServer } from "../../test/harness.ts";
import { flow } from "../flow/flow.ts";
import { useConnection } from "../session/session.ts";
import { receive, send } from "./messages.ts";

// Whoever waits on a busy machine waits long.
vi.setConfig({ testTimeout: 60_000 });

const recorder = recordOnOwnServer();

async function inputsOf(id: string) {
  return await recorder.client.call(filterFlowRunInput, { params: { id }, body: { prefix: "", limit: 50 } });
}

test("messages come one after the other, those first that were there before, and are told by an event", async () => {
  const begun = Promise.withResolvers<void>();
  const run = flow({ name: "sums" }, async () => {
    await begun.promise;
    let sum = 0;
    for await (const n of receive(z.number())) {
      if (n === 0) break;
      sum += n;
    }
    return sum;
  })();
  const id = await run.created;
  await send(id, 1);
  await send(id, 2.5);
  await send(id, "not for those who receive numbers");
  begun.resolve();
  await send(id, 4);
  await send(id, 0);
  expect(await run).toBe(7.5);
  expect((await inputsOf(id)).map(({ key, value }) => [key.replace(/-[0-9a-f-]{36}$/, ""), value])).toEqual([
    ["intautomaticruninput-auto", '{"value":1}'],
    ["floatautomaticruninput-auto", '{"value":2.5}'],
    ["strautomaticruninput-auto", '{"value":"not for those who receive numbers"}'],
    ["intautomaticruninput-auto", '{"value":4}'],
    ["intautomaticruninput-auto", '{"value":0}'],
  ]);
  const filter = { event: { name: ["ostinato.flow-run.input"] }, resource: { id: [`prefect.flow-run.${id}`] } };
  const { events } = await recorder.client.call(filterEvents, { body: { filter } });
  expect(events).toHaveLength(5);
  expect(events.at(-1)?.payload).toEqual({ key: expect.stringMatching(/^intautomaticruninput-auto-/) });
});

test("two runs talk: a reply goes to whoever sent the message", async () => {
  const echo = flow({ name: "echo" }, async () => {
    const questions = receive(z.object({ ask: z.string() }));
    for await (const { ask } of questions) {
      await questions.respond(`you asked ${ask}`);
      break;
    }
    return questions.sender;
  });
  const answering = echo();
  const id = await answering.created;
  const asking = flow({ name: "asks" }, async () => {
    await send(id, { ask: "why" });
    for await (const reply of receive(z.string())) return reply;
    return undefined;
  })();
  expect(await asking).toBe("you asked why");
  expect(await answering).toBe(await asking.created);
  const [question] = await inputsOf(id);
  expect(question).toMatchObject({ sender: `prefect.flow-run.${await asking.created}` });
});

test("a type chooses messages, as the class of an input does in Python", async () => {
  const run = flow({ name: "typed" }, async () => {
    const input = z.object({ approved: z.boolean() });
    for await (const { approved } of receive(input, { type: "Approval" })) return approved;
    return undefined;
  })();
  const id = await run.created;
  await send(id, { approved: false });
  // What Python's client sends of an instance of Approval.
  const key = "approval-auto-00000000-0000-4000-8000-000000000001";
  await recorder.client.call(createFlowRunInput, { params: { id }, body: { key, value: '{"approved": true}' } });
  expect(await run).toBe(true);
});

test("a message of the wrong shape is an error that names the field, and the next one is still received", async () => {
  const run = flow({ name: "careful" }, async () => {
    const input = z.object({ day: z.date() });
    const first = await receive(input)
      .next()
      .catch((error: unknown) => error);
    for await (const { day } of receive(input)) return [(first as Error).message, day];
    return undefined;
  })();
  const id = await run.created;
  await send(id, { day: "someday" });
  await send(id, { day: "2026-12-01" });
  expect(await run).toEqual([
    expect.stringMatching(/^A message to this flow run is wrong\. day: .*"someday"/),
    new Date("2026-12-01"),
  ]);
});

test("a loop ends when no message has come in time; a cancelled one stops", async () => {
  const quiet = flow({ name: "quiet" }, async () => {
    for await (const message of receive(z.string(), { timeout: 0.01 })) return message;
    return "nobody";
  });
  expect(await quiet()).toBe("nobody");
  const waiting = flow({ name: "waiting" }, async () => {
    await receive(z.string()).next();
  })();
  await waiting.created;
  waiting.cancel("enough");
  expect(await waiting.finished()).toMatchObject({ type: "CANCELLED" });
});

test("several hundred messages are received once each, in their order", async () => {
  const run = flow({ name: "many" }, async () => {
    const got: number[] = [];
    for await (const n of receive(z.int())) {
      got.push(n);
      if (got.length === 300) break;
    }
    return got;
  })();
  const id = await run.created;
  for (let n = 0; n < 300; n += 1) await send(id, n, { type: "int" });
  expect(await run).toEqual(Array.from({ length: 300 }, (_, n) => n));
});

test("a message made on a whole second, which is written without a fraction, is received once", async () => {
  const begun = Promise.withResolvers<void>();
  const two = Promise.withResolvers<void>();
  const run = flow({ name: "whole-second" }, async () => {
    await begun.promise;
    const got: number[] = [];
    for await (const n of receive(z.int())) {
      got.push(n);
      if (got.length === 2) two.resolve();
      if (got.length === 3) break;
    }
    return got;
  })();
  const id = await run.created;
  const database = new DatabaseSync(join(recorder.folder, "ostinato.db"));
  for (const n of [0, 1]) {
    await send(id, n, { type: "int" });
    database
      .prepare("UPDATE flow_run_input SET created = ? WHERE created >= ? AND flow_run_id = ?")
      .run(1_700_000_000_000_000 + n, n === 0 ? 0 : 1_700_000_000_000_001, id);
  }
  database.close();
  begun.resolve();
  await two.promise;
  await send(id, 2, { type: "int" });
  expect(await run).toEqual([0, 1, 2]);
});

test("what is asked of the server does not grow with the messages, and one that becomes visible late is received too", async () => {
  let maxBytes = 0;
  const transport = injecting(recorder.server);
  const counting: Transport = (request) => {
    if (request.path.endsWith("/input/filter")) maxBytes = Math.max(maxBytes, String(request.body).length);
    return transport(request);
  };
  await using _ = await useConnection({ baseUrl: "in-process", transport: counting, inProcess: true });
  const begun = Promise.withResolvers<void>();
  const run = flow({ name: "very-many" }, async () => {
    await begun.promise;
    const got: number[] = [];
    for (;;) {
      const { value } = await receive(z.int(), { type: "int" }).next();
      if (value === undefined || value < 0) return got;
      got.push(value);
      if (got.length === 1500) await keepAt([{ n: -1, seconds: -1 }]);
    }
  })();
  const id = await run.created;
  const last = recorder.server.context.clock.now();
  const keepAt = (messages: readonly { readonly n: number; readonly seconds: number }[]) => {
    const rows = messages.map(({ n, seconds }) => {
      const at = addSeconds(last, seconds);
      return `('${timeOrderedId(at)}', ${at}, ${at}, '${id}', 'intautomaticruninput-auto-${n}', '{"value":${n}}')`;
    });
    return recorder.server.context.db.execute(
      `INSERT INTO flow_run_input (id, created, updated, flow_run_id, key, value) VALUES ${rows.join(",")}`,
    );
  };
  await keepAt(Array.from({ length: 1500 }, (_, n) => ({ n, seconds: (n - 1499) / 100 })));
  begun.resolve();
  expect(await run).toEqual(Array.from({ length: 1500 }, (_, n) => n));
  // The keys of the 500 last messages.
  expect(maxBytes).toBeLessThan(25_000);
});

test.each([
  { call: async () => receive(z.string()), says: "receive() needs a flow run" },
  { call: async () => receive("str" as never), says: "takes a schema" },
  { call: () => send(5 as never, "a"), says: "takes the id of a flow run" },
  { call: () => send("00000000-0000-4000-8000-000000000000", "a"), says: "There is no flow run with the id" },
  { call: () => send("00000000-0000-4000-8000-000000000000", undefined), says: "takes a message of JSON" },
  { call: () => send("00000000-0000-4000-8000-000000000000", "a", { type: "Approval" }), says: "an object of fields" },
  { call: () => send("a", "b", { typ: "c" } as never), says: 'no option "typ"' },
])("are used in a way that can be understood: $says", async ({ call, says }) => {
  await expect(call()).rejects.toThrow(says);
});
