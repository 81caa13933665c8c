import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { Client } from "@ostinato/client";
import { addSeconds, formatTimestamp, systemClock, timeOrderedId } from "@ostinato/core";
import {
  type ActionInput,
  type BodyOf,
  createAutomation,
  createBlockDocument,
  createEvents,
  createFlow,
  createFlowRun,
  createWebhook,
  filterAssets,
  listAutomations,
  readBlockTypePage,
  readWorkPool,
  setFlowRunState,
} from "@ostinato/protocol";

/** The chat to which messages go is open until the value is disposed. */
export interface Reactions extends AsyncDisposable {
  /** Ids of a webhook and of an automation with firings. */
  readonly webhook: string;
  readonly automation: string;
  /** The key of an asset with a lineage. */
  readonly asset: string;
}

type Trigger = BodyOf<typeof createAutomation>["trigger"];

const idLabel = "prefect.resource.id";
const asset = (name: string) => `s3://lake/${name}.parquet`;

/**
 * Automations, webhooks with posts, and assets that are made of each other. Needs the work pool `gpu`, and a server that may send messages to
 * this machine.
 */
export async function makeReactions(client: Client): Promise<Reactions> {
  const chat = await openChat();
  const automation = await makeAutomations(client, chat.url);
  await failRuns(client);
  const webhook = await postOrders(client);
  await makeAssets(client);
  await until(async () => {
    const { results } = await client.call(listAutomations, { body: {} });
    const { count } = await client.call(filterAssets, { body: {} });
    const done = results.filter(({ firings }) => firings.length > 0 && firings.every(({ outcome }) => isOver(outcome)));
    return count >= 7 && done.length >= 3;
  });
  return { webhook, automation, asset: asset("features"), [Symbol.asyncDispose]: chat.close };
}

function isOver(outcome: string | null): boolean {
  return outcome === "EXECUTED" || outcome === "FAILED";
}

/** Takes what is sent to a channel of a chat. */
async function openChat(): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume();
    response.end("ok");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/team`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function failRuns(client: Client): Promise<void> {
  const flow = (await client.call(createFlow, { body: { name: "load-prices", tags: [], labels: {} } })).id;
  for (const [name, message] of [
    ["wise-marmot", "The exchange is closed on sundays"],
    ["loud-thrush", "HTTP 503 from exchange.example"],
  ] as const) {
    const { id } = await client.call(createFlowRun, { body: { flow_id: flow, name, state: { type: "PENDING" } } });
    await client.call(setFlowRunState, { params: { id }, body: { state: { type: "RUNNING" } } });
    await client.call(setFlowRunState, { params: { id }, body: { state: { type: "FAILED", message } } });
  }
}

async function makeAutomations(client: Client, url: string): Promise<string> {
  const { type, schema } = await client.call(readBlockTypePage, { params: { slug: "slack-webhook" } });
  const { id: sender } = await client.call(createBlockDocument, {
    body: { name: "team", data: { url }, block_type_id: type.id, block_schema_id: schema?.id ?? "" },
  });
  const { id: pool } = await client.call(readWorkPool, { params: { name: "gpu" } });
  const tell = (subject: string) => ({
    type: "send-notification" as const,
    block_document_id: sender,
    subject,
    body: "{{ event.resource.name }}: {{ event.event }}",
  });
  const make = async (name: string, trigger: Trigger, actions: ActionInput[]) =>
    (await client.call(createAutomation, { body: { name, trigger, actions } })).id;
  const on = (...expect: string[]): Trigger & { type: "event" } => ({
    type: "event",
    posture: "Reactive",
    expect,
    threshold: 1,
    within: 0,
  });
  const made = on("prefect.asset.materialization.succeeded");
  const stale: Trigger = { ...made, posture: "Proactive", match: { [idLabel]: asset("features") }, within: 86_400 };
  await make("Features are stale", stale, [tell("Old features")]);
  const fewSucceed: Trigger = {
    type: "metric",
    metric: { name: "successes", operator: "<", threshold: 90, range: 86_400, firing_for: 300 },
  };
  await make("Too few runs succeed", fewSucceed, [tell("Below 90 %")]);
  await make("Stop what is refunded", on("order.refunded"), [{ type: "cancel-flow-run" }]);
  const wake: ActionInput = { type: "resume-work-pool", source: "selected", work_pool_id: pool };
  await make("Wake the GPUs for orders", on("order.paid"), [wake]);
  const fails = on("prefect.flow-run.Failed", "prefect.flow-run.Crashed");
  return await make("Tell the team of failures", fails, [
    { ...tell("{{ flow.name }} failed"), body: "{{ flow_run.name }}: {{ flow_run.state.message }}" },
  ]);
}

async function postOrders(client: Client): Promise<string> {
  const resource = { [idLabel]: "order.{{ body.order }}", "prefect.resource.name": "Order {{ body.order }}" };
  const template = { event: "order.{{ body.happened }}", resource };
  const description = "From the shop, whenever something happens to an order";
  const { webhook, address } = await client.call(createWebhook, { body: { name: "orders", description, template } });
  const signature = { header: "x-hub-signature-256", prefix: "sha256=", secret: "of the demo" };
  const pushed = { event: "github.push", resource: { [idLabel]: "github.{{ body.repository.full_name }}" } };
  await client.call(createWebhook, { body: { name: "pushes to models", template: pushed, signature } });
  await client.call(createWebhook, { body: { name: "files of the lake" } });
  const happenings = ["paid", "paid", "sent", "paid", "{{", "refunded", "paid"];
  for (const [index, happened] of happenings.entries()) {
    const body =
      happened === "{{" ? "no JSON" : JSON.stringify({ order: 1041 + index, happened, amount: 12.5 * index });
    await fetch(address, { method: "POST", body, headers: { "content-type": "application/json" } });
  }
  return webhook.id;
}

/** By their names, with what they are made of. */
const lineage = [
  ["trips", []],
  ["zones", []],
  ["features", ["trips", "zones"]],
  ["model", ["features"]],
  ["forecast", ["model", "zones"]],
  ["dashboard", ["forecast"]],
  ["weather", []],
] as const;

async function makeAssets(client: Client): Promise<void> {
  const now = systemClock().now();
  const events = lineage.map(([name, of], index) => {
    const at = addSeconds(now, -60 * (lineage.length - index));
    const upstream = of.map((each) => ({ [idLabel]: asset(each), "prefect.resource.role": "asset" }));
    return {
      id: timeOrderedId(at),
      occurred: formatTimestamp(at),
      event: `prefect.asset.materialization.${name === "dashboard" ? "failed" : "succeeded"}`,
      resource: {
        [idLabel]: asset(name),
        "prefect.resource.name": `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
        "prefect.asset.owners": '["data-team"]',
        "prefect.asset.description": `What is kept of the ${name} of each month`,
      },
      related: [...upstream, { [idLabel]: "duckdb", "prefect.resource.role": "asset-materialized-by" }],
      payload: { rows: 73_908 - 1000 * index },
    };
  });
  await client.call(createEvents, { body: events });
}

const pauseMs = 250;
const maxPauses = 120;

/** Waits for what the server does by itself. */
async function until(isDone: () => Promise<boolean>): Promise<void> {
  for (let pauses = 0; pauses < maxPauses && !(await isDone()); pauses += 1) await setTimeout(pauseMs);
}
