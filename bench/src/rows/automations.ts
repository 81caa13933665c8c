import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Group, group, type Work } from "../group.ts";
import { type Connections, connect } from "../http-load.ts";
import { amount, type Effort, repeat } from "../row.ts";

interface Stage {
  readonly server: Connections;
  /** How many requests are under way at once. */
  readonly lanes: number;
}

const eventsPerRequest = 100;
const eventsInAll = 10_000;
const pollMillis = 20;

/** Events on their way through automations, from the request that sends them to what they bring about. */
export const automations: Group = group<Stage>({
  name: "automations",
  open: async ({ apiUrl, peer }) => ({
    server: patient(connect(apiUrl, 4, { persistent: !peer })),
    // Prefect 3.9.1 on SQLite counts nothing for automations that come after others which were made at the same time.
    lanes: peer ? 1 : 4,
  }),
  close: ({ server }) => server.close(),
  works: [counting(100, true), counting(1000, false), counting(10_000, false), calling()],
});

const patienceSeconds = 60;

/** Asks again where a server says that it is busy, as Prefect's does while its database is locked. */
function patient(server: Connections): Connections {
  return {
    ...server,
    async json<T>(method: string, path: string, body?: unknown) {
      const until = performance.now() + patienceSeconds * 1000;
      for (;;) {
        const { status, text } = await server.send(method, path, body);
        if (status < 400) return (text === "" ? null : JSON.parse(text)) as T;
        if (status !== 503 || performance.now() > until) {
          throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 300)}`);
        }
        await sleep(pollMillis);
      }
    },
  };
}

/** All but one of the automations want events of the same name, and none of those that are sent. */
function counting(count: number, peers: boolean): Work<Stage> {
  const events = (effort: Effort) => amount(effort, eventsInAll, eventsPerRequest);
  return {
    peers,
    long: count > 1000,
    rows: [{ row: `events counted, ${count} automations`, unit: "/s" }],
    how: (effort) =>
      `${events(effort)} events, ${eventsPerRequest} a request, until the one of ${count} automations that counts them all has fired`,
    notice: () => (count > 1000 ? `making ${count} automations` : undefined),
    async measure({ server, lanes }, effort) {
      const name = `bench.${randomUUID()}`;
      const total = events(effort);
      const others = await all(count - 1, lanes, (index) => create(server, waitingForOthers(name, index)));
      const samples = await repeat(effort.runs, async () => {
        const counter = await create(server, { expect: [`${name}.*`], threshold: total, within: 3600 });
        const begun = performance.now();
        await all(Math.ceil(total / eventsPerRequest), lanes, () =>
          send(server, eventsNamed(`${name}.x`, eventsPerRequest)),
        );
        await until(() => hasFired(server, counter));
        const seconds = (performance.now() - begun) / 1000;
        await server.send("DELETE", `/automations/${counter}`);
        return total / seconds;
      });
      await all(others.length, lanes, (index) => server.send("DELETE", `/automations/${others[index]}`));
      return [samples];
    },
  };
}

/** As automations of runs do: by a name of their own, by the id of a resource, or by the name of a deployment. */
function waitingForOthers(name: string, index: number): object {
  const expect = [`${name}.*`];
  if (index % 3 === 0) return { expect: [`${name}.${index}`] };
  if (index % 3 === 1) return { expect, match: { "prefect.resource.id": `other.${index}` } };
  const deployment = { "prefect.resource.role": "deployment", "prefect.resource.name": `other ${index}` };
  return { expect, match: { "prefect.resource.id": "bench.*" }, match_related: deployment };
}

function calling(): Work<Stage> {
  const calls = (effort: Effort) => amount(effort, 200, 20);
  return {
    peers: true,
    rows: [{ row: "event to webhook", unit: "ms" }],
    how: (effort) =>
      `${calls(effort)} events, one after the other, from the request to the webhook that an automation calls`,
    async measure({ server }, effort) {
      const called = new Map<string, () => void>();
      const receiver = createServer((request, response) => {
        let body = "";
        request.on("data", (chunk: Buffer) => {
          body += String(chunk);
        });
        request.on("end", () => {
          response.end();
          called.get(body)?.();
        });
      });
      await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
      const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
      const name = `bench.${randomUUID()}`;
      const block = await webhookBlock(server, url);
      const action = { type: "call-webhook", block_document_id: block, payload: "{{ event.id }}" };
      const automation = await create(server, { expect: [name] }, [action]);
      const samples: number[] = [];
      for (let count = 0; count < calls(effort); count += 1) {
        const [event] = eventsNamed(name, 1);
        const arrived = new Promise<void>((resolve) => called.set(event?.id ?? "", resolve));
        const begun = performance.now();
        await send(server, [event]);
        await arrived;
        samples.push(performance.now() - begun);
      }
      await server.send("DELETE", `/automations/${automation}`);
      receiver.close();
      return [samples];
    },
  };
}

async function create(server: Connections, trigger: object, actions: readonly object[] = [{ type: "do-nothing" }]) {
  const body = { name: "bench", trigger: { type: "event", posture: "Reactive", ...trigger }, actions };
  return (await server.json<{ id: string }>("POST", "/automations/", body)).id;
}

async function webhookBlock(server: Connections, url: string): Promise<string> {
  const type = await server.json<{ id: string }>("GET", "/block_types/slug/webhook");
  const schemas = { block_schemas: { block_type_id: { any_: [type.id] } } };
  const [schema] = await server.json<{ id: string }[]>("POST", "/block_schemas/filter", schemas);
  const data = { method: "POST", url, allow_private_urls: true };
  const body = { name: `bench-${randomUUID()}`, data, block_type_id: type.id, block_schema_id: schema?.id };
  return (await server.json<{ id: string }>("POST", "/block_documents/", body)).id;
}

function eventsNamed(event: string, count: number) {
  return Array.from({ length: count }, () => ({
    id: randomUUID(),
    occurred: new Date().toISOString(),
    event,
    resource: { "prefect.resource.id": "bench.1" },
    related: [
      { "prefect.resource.role": "deployment", "prefect.resource.id": "bench.2", "prefect.resource.name": "b" },
    ],
    payload: {},
  }));
}

async function send(server: Connections, events: readonly unknown[]): Promise<void> {
  await server.json("POST", "/events", events);
}

async function hasFired(server: Connections, id: string): Promise<boolean> {
  const filter = {
    event: { name: ["prefect.automation.triggered"] },
    resource: { id: [`prefect.automation.${id}`] },
  };
  const { events } = await server.json<{ events: readonly unknown[] }>("POST", "/events/filter", { filter });
  return events.length > 0;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(pollMillis);
}

/** So many at once. */
async function all<T>(count: number, lanes: number, work: (index: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
