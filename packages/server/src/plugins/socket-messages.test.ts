import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fakeClock } from "@ostinato/testing/clock";
import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { openTestSocket } from "../../test/socket-harness.ts";
import type { Config } from "../kernel/config.ts";

describe("messages of websockets", () => {
  let database: TestDatabase;
  const servers: TestServer[] = [];
  const sockets: Socket[] = [];
  beforeAll(async () => {
    database = await openDatabase("sqlite");
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });
  afterAll(() => database.dispose());

  async function start(config: Partial<Config> = {}, clock = fakeClock()) {
    const server = await startTestServer(database.url, { config, clock });
    servers.push(server);
    return { server, clock, address: await server.listen() };
  }

  /** A connection that has asked for a websocket, and then sends what no library would. */
  async function openRaw(address: string, path: string, extra = ""): Promise<Socket> {
    const socket = connect(Number(new URL(address).port), "127.0.0.1");
    sockets.push(socket);
    socket.write(
      `GET /api${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
        `sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${extra}\r\n`,
    );
    expect(String((await once(socket, "data"))[0])).toMatch(/^HTTP\/1.1 101 /);
    return socket;
  }

  /** The beginning of a text of so many bytes, of which so many come. */
  function half(announced: number, come: number): Buffer {
    const head = Buffer.alloc(14);
    head[0] = 0x81;
    head[1] = 0xff;
    head.writeBigUInt64BE(BigInt(announced), 2);
    return Buffer.concat([head, Buffer.alloc(come, "x")]);
  }

  /** The code of the frame by which the server closes. */
  async function closingCode(socket: Socket): Promise<number> {
    for await (const chunk of socket) {
      const frame = chunk as Buffer;
      if (frame[0] === 0x88) return frame.readUInt16BE(2);
    }
    return 0;
  }

  const held = async (server: TestServer) => {
    const { body } = await server.call<string>("GET", "/metrics");
    return Number(/^ostinato_request_bytes_under_way (.*)$/m.exec(body)?.[1]);
  };

  test("that have begun count as incoming bytes until their connection ends", async () => {
    const { server, address } = await start();
    const socket = await openRaw(address, "/events/in");
    socket.write(half(900_000, 500_000));
    await expect.poll(() => held(server), { interval: 5 }).toBeGreaterThanOrEqual(500_000);
    socket.destroy();
    await expect.poll(() => held(server), { interval: 5 }).toBe(0);
  });

  test("of many connections do not fill the memory: the server does not read more than it has room for", async () => {
    const { server, address } = await start({ maxBytes: 1024 * 1024 });
    for (let number = 0; number < 10; number += 1) {
      const socket = await openRaw(address, "/events/in");
      socket.write(half(900_000, 800_000));
    }
    await expect.poll(() => held(server), { interval: 5 }).toBeGreaterThan(700_000);
    // Some more chunks would come within these round trips.
    for (let trip = 0; trip < 20; trip += 1) expect((await server.call("GET", "/hello")).status).toBe(200);
    // Each has two steps at the most before it is held up, and one of them is let on.
    expect(await held(server)).toBeLessThan(1024 * 1024 + 900_000 + 10 * 2 * 64 * 1024);
  });

  test.each([
    ["/ui/live", ""],
    ["/logs/out", ""],
    ["/events/out", ""],
  ])("on %s are small, and a larger one is refused as soon as it says so", async (path) => {
    const { address } = await start();
    const socket = await openRaw(address, path);
    const code = closingCode(socket);
    socket.write(half(17_000_000, 10));
    expect(await code).toBe(1009);
  });

  test("have a smaller bound before the client is authenticated", async () => {
    const { address } = await start();
    const socket = await openRaw(address, "/events/in", "sec-websocket-protocol: prefect\r\n");
    const code = closingCode(socket);
    socket.write(half(100_000, 10));
    expect(await code).toBe(1009);
  });

  test("that never finish close the connection, and the client may connect again", async () => {
    const { address, clock, server } = await start();
    const socket = await openRaw(address, "/events/in");
    const code = closingCode(socket);
    socket.write(half(500_000, 100_000));
    await expect.poll(() => held(server), { interval: 5 }).toBeGreaterThan(0);
    await clock.advance(13);
    expect(await code).toBe(1013);
    await expect.poll(() => held(server), { interval: 5 }).toBe(0);
  });

  test("one client may have three quarters of the websockets, so that there is room for another", async () => {
    const { address } = await start({ maxSockets: 4 });
    const open = await Promise.all([1, 2, 3].map(() => openTestSocket(address, "/ui/live", { protocols: [] })));
    const socket = connect(Number(new URL(address).port), "127.0.0.1");
    sockets.push(socket);
    socket.write(
      "GET /api/ui/live HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n" +
        "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    );
    expect(String((await once(socket, "data"))[0])).toMatch(/^HTTP\/1.1 429 .*retry-after: 5.*its share/is);
    for (const each of open) await each.close();
  });

  test("that ask for earlier events are answered, however many arrive at once", async () => {
    const { address, server } = await start();
    await server.call("POST", "/events", [
      {
        id: "64a1a8d5-5b0c-4a36-90f0-1d6f0a2f1f5d",
        event: "earlier",
        occurred: server.context.clock.now() / 1_000_000,
        resource: { "prefect.resource.id": "r" },
      },
    ]);
    const subscribers = await Promise.all(Array.from({ length: 200 }, () => openTestSocket(address, "/events/out")));
    for (const subscriber of subscribers) subscriber.send({ type: "filter", filter: {} });
    for (const subscriber of subscribers) {
      expect(await subscriber.next()).toMatchObject({ type: "event", event: { event: "earlier" } });
    }
    await Promise.all(subscribers.map((subscriber) => subscriber.close()));
  });
});
