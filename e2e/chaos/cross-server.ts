import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import { patiently, pause } from "./api.ts";

/** A server that hears nobody knows that after ten seconds, and looks for events every five. */
const patienceMillis = 20_000;
const restMillis = 250;

/** Checks that subscribers of each server receive the changes made through every other server. Returns the failing pairs. */
export async function changesNotReceived(apiUrls: readonly string[]): Promise<readonly string[]> {
  const pairs = apiUrls.flatMap((to, at) =>
    apiUrls.filter((_, from) => from !== at).map((from) => [from, to] as const),
  );
  const received = await Promise.all(pairs.map(([from, to]) => receives(from, to)));
  return pairs
    .filter((_, index) => received[index] !== true)
    .map(([from, to]) => `${to} does not receive changes of ${from}`);
}

/** Subscribes to one server, and sends events to the other until one of them arrives. */
async function receives(from: string, to: string): Promise<boolean> {
  const event = `chaos.received.${randomUUID()}`;
  const socket = new WebSocket(`${to.replace("http", "ws")}/events/out`, "prefect");
  let arrived = false;
  socket.on("error", () => {});
  socket.once("open", () => socket.send(JSON.stringify({ type: "auth", token: null })));
  socket.on("message", (data) => {
    const message = JSON.parse(String(data)) as { type: string };
    if (message.type === "auth_success")
      socket.send(JSON.stringify({ type: "filter", filter: { event: { name: [event] } } }));
    if (message.type === "event") arrived = true;
  });
  const giveUp = performance.now() + patienceMillis;
  while (!arrived && performance.now() < giveUp) {
    const resource = { "prefect.resource.id": "chaos" };
    await patiently(`${from}/events`, [{ id: randomUUID(), occurred: new Date().toISOString(), event, resource }]);
    await pause(restMillis);
  }
  socket.terminate();
  return arrived;
}
