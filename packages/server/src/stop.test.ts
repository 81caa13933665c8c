import { once } from "node:events";
import { connect } from "node:net";
import type { Flow } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { expect, test } from "vitest";
import { startTestServer } from "../test/harness.ts";
import { openTestSocket } from "../test/socket-harness.ts";

describeOnEachDatabase("a server that stops", (database) => {
  test("finishes what it took, tells its sockets, and has kept what it acknowledged", async () => {
    const server = await startTestServer(database.url);
    const address = await server.listen();
    const page = await openTestSocket(address, "/ui/live", { protocols: [] });
    const events = await openTestSocket(address, "/events/in");
    const requests = Array.from({ length: 40 }, async (_, number) => {
      const body = JSON.stringify({ name: `flow-${number}` });
      const headers = { "content-type": "application/json" };
      const reply = await fetch(`${address}/api/flows/`, { method: "POST", headers, body }).catch(() => undefined);
      return reply?.status === 201 ? ((await reply.json()) as Flow).name : undefined;
    });
    await Promise.race(requests);
    await server.stop();
    expect((await page.closed).code).toBe(1001);
    expect((await events.closed).code).toBe(1001);
    const acknowledged = (await Promise.all(requests)).filter((name) => name !== undefined);
    expect(acknowledged.length).toBeGreaterThan(0);

    const again = await startTestServer(database.url);
    for (const name of acknowledged) expect((await again.call("GET", `/flows/name/${name}`)).status).toBe(200);
    await again.stop();
  });

  test("waits for no connection over which nothing was ever asked, or nothing any more", async () => {
    const clock = fakeClock();
    const server = await startTestServer(database.url, { clock });
    const { hostname, port } = new URL(await server.listen());
    const [spare, used] = [connect(Number(port), hostname), connect(Number(port), hostname)];
    await Promise.all([spare, used].map((socket) => once(socket, "connect")));
    used.write("GET /api/health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    await once(used, "data");
    const closed = Promise.all([spare, used].map((socket) => once(socket.resume(), "close")));
    await server.stop();
    await closed;
  });
});
