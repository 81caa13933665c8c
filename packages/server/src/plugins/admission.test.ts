import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Flow } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase, openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import type { Config } from "../kernel/config.ts";

describeOnEachDatabase("more writes than the server accepts at once", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url, { config: { maxRequests: 2, maxWaiting: 5 } });
  });
  afterAll(() => server.stop());

  test("some are refused with Retry-After, the accepted ones are stored, and afterwards the server works as before", async () => {
    const names = Array.from({ length: 60 }, (_, number) => `flow-${number}`);
    const replies = await Promise.all(names.map((name) => server.call("POST", "/flows/", { name })));
    const accepted = names.filter((_, index) => replies[index]?.status === 201);
    const refused = replies.filter(({ status }) => status !== 201);
    expect(accepted.length).toBeGreaterThanOrEqual(7);
    expect(refused.length).toBeGreaterThan(0);
    for (const { status, headers, body } of refused) {
      expect(status).toBe(503);
      expect(headers["retry-after"]).toBe("2");
      expect(body).toEqual({
        code: "SERVER_BUSY",
        exception_message: "Service Unavailable",
        exception_detail: "The server has as much to do as it can take: try again in 2 s",
      });
    }
    const flows = (await server.call<Flow[]>("POST", "/flows/filter")).body;
    expect(flows.map(({ name }) => name).sort()).toEqual([...accepted].sort());
    for (const name of names) expect((await server.call("POST", "/flows/", { name })).status).toBeLessThan(300);
    const { body: metrics } = await server.call<string>("GET", "/metrics");
    expect(metrics).toContain("ostinato_requests_under_way 0");
    expect(metrics).toContain("ostinato_requests_waiting 0");
    expect(metrics).toContain("ostinato_request_bytes_under_way 0");
  });
});

describe("a server under load", () => {
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

  async function start(config: Partial<Config>, clock = fakeClock()) {
    const server = await startTestServer(database.url, { config, clock });
    servers.push(server);
    return { server, clock, address: new URL(await server.listen()) };
  }

  /** A request whose body does not come: it takes a place until the connection ends. */
  async function occupy(address: URL, { bytes = 10, sent = "" } = {}): Promise<Socket> {
    const socket = connect(Number(address.port), "127.0.0.1");
    sockets.push(socket);
    await once(socket, "connect");
    const head = `POST /api/flows/ HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n`;
    await new Promise((resolve) => socket.write(`${head}content-length: ${bytes}\r\n\r\n${sent}`, resolve));
    return socket;
  }

  const gauge = async (address: URL, name: string) => {
    const text = await (await fetch(new URL("/api/metrics", address))).text();
    return Number(new RegExp(`^ostinato_${name} (.*)$`, "m").exec(text)?.[1]);
  };
  const until = (address: URL, name: string, value: number) =>
    expect.poll(() => gauge(address, name), { interval: 5, timeout: 10_000 }).toBe(value);
  const answerOf = async (socket: Socket) => String((await once(socket, "data"))[0]);

  test("still answers health checks, and admits a waiting request as soon as another one ends", async () => {
    const { address } = await start({ maxRequests: 1 });
    const first = await occupy(address);
    await until(address, "requests_under_way", 1);
    const second = fetch(new URL("/api/hello", address));
    await until(address, "requests_waiting", 1);
    for (const path of ["health", "ready", "version", "admin/version"]) {
      expect((await fetch(new URL(`/api/${path}`, address))).status).toBe(200);
    }
    first.destroy();
    expect((await second).status).toBe(200);
  });

  test("a client that disconnects while it waits frees its place", async () => {
    const { address } = await start({ maxRequests: 1 });
    await occupy(address);
    await until(address, "requests_under_way", 1);
    const waiting = await occupy(address);
    await until(address, "requests_waiting", 1);
    waiting.destroy();
    await until(address, "requests_waiting", 0);
  });

  test("a request that has waited too long is refused with Retry-After", async () => {
    const { address, clock } = await start({ maxRequests: 1, waitSeconds: 5 });
    await occupy(address);
    await until(address, "requests_under_way", 1);
    const waiting = fetch(new URL("/api/hello", address));
    await until(address, "requests_waiting", 1);
    await clock.advance(6);
    const reply = await waiting;
    expect(reply.status).toBe(503);
    expect(reply.headers.get("retry-after")).toBe("2");
    expect(await reply.json()).toMatchObject({ exception_detail: expect.stringContaining("within 5 s") });
  });

  const post = (address: URL, characters: number) => {
    const body = JSON.stringify({ name: `of ${characters}`, tags: ["x".repeat(characters)] });
    const headers = { "content-type": "application/json" };
    return fetch(new URL("/api/flows/", address), { method: "POST", body, headers });
  };

  test("a body that is announced but never sent takes no memory, and nobody waits for it", async () => {
    const { address } = await start({ maxBytes: 1_000_000 });
    for (let number = 0; number < 5; number += 1) await occupy(address, { bytes: 4_000_000 });
    await until(address, "requests_under_way", 5);
    expect(await gauge(address, "request_bytes_under_way")).toBe(0);
    for (const characters of [100, 400_000, 900_000]) expect((await post(address, characters)).status).toBe(201);
    expect((await fetch(new URL("/api/hello", address))).status).toBe(200);
  });

  test("while stalled bodies fill the memory, small bodies pass, and large ones pass as soon as there is room", async () => {
    const { address } = await start({ maxBytes: 1_000_000 });
    const sent = `{"name": "${"x".repeat(300_000)}`;
    const still = await Promise.all([1, 2, 3].map(() => occupy(address, { bytes: 4_000_000, sent })));
    await expect
      .poll(() => gauge(address, "request_bytes_under_way"), { interval: 5, timeout: 10_000 })
      .toBeGreaterThan(700_000);
    expect((await post(address, 1000)).status).toBe(201);
    const large = Promise.all([post(address, 800_000), post(address, 700_000), post(address, 600_000)]);
    await until(address, "requests_under_way", 6);
    for (const socket of still) socket.destroy();
    expect((await large).map(({ status }) => status)).toEqual([201, 201, 201]);
    await until(address, "request_bytes_under_way", 0);
  });

  test("a body that stalls or trickles is given up", async () => {
    const { address, clock } = await start({});
    const sockets = [
      await occupy(address),
      await occupy(address, { bytes: 4_000_000, sent: `{"name": "${"x".repeat(200_000)}` }),
    ];
    await until(address, "requests_under_way", 2);
    await expect.poll(() => gauge(address, "request_bytes_under_way"), { interval: 5 }).toBeGreaterThan(200_000);
    const answers = sockets.map(answerOf);
    await clock.advance(30);
    for (const answer of answers) expect(await answer).toMatch(/^HTTP\/1.1 408 .*connection: close.*Send it again/is);
    await until(address, "request_bytes_under_way", 0);
    await until(address, "requests_under_way", 0);
  });

  test("a client that fills all places makes room for another client, and gets 429", async () => {
    const { address, server } = await start({ maxRequests: 1, maxWaiting: 4 });
    const first = await occupy(address);
    await until(address, "requests_under_way", 1);
    const flood = [];
    for (let number = 1; number <= 4; number += 1) {
      flood.push(await occupy(address));
      await until(address, "requests_waiting", number);
    }
    const busy = await answerOf(await occupy(address));
    expect(busy).toMatch(/^HTTP\/1.1 503 .*retry-after: 2/is);
    const told = flood.map((socket) => answerOf(socket));
    const other = server.app.inject({ url: "/api/hello", remoteAddress: "203.0.113.7" });
    expect(await told[3]).toMatch(/^HTTP\/1.1 429 .*retry-after: 2.*This client has more requests waiting/is);
    expect(await gauge(address, "requests_waiting")).toBe(4);
    for (const socket of [first, ...flood]) socket.destroy();
    expect((await other).statusCode).toBe(200);
  });

  test("a request that never finishes is ended", async () => {
    const { address } = await start({ requestSeconds: 1 });
    const socket = await occupy(address);
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 408 /);
    const header = connect(Number(address.port), "127.0.0.1");
    sockets.push(header);
    header.resume().write("GET /api/health HT");
    await once(header, "close");
    await until(address, "requests_under_way", 0);
  });

  test("a client that does not read its answers is cut off", async () => {
    const { server, address } = await start({ requestSeconds: 1 });
    const connected = once(server.app.server, "connection");
    const socket = connect(Number(address.port), "127.0.0.1");
    sockets.push(socket);
    const [connection] = (await connected) as [Socket];
    socket.pause().write("GET /api/openapi.json HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".repeat(100));
    await once(connection, "close");
    expect(connection.bytesWritten).toBeGreaterThan(0);
    await until(address, "requests_under_way", 0);
  });

  test("the number of open websockets is bounded", async () => {
    const { address } = await start({ maxSockets: 1 });
    const { openTestSocket } = await import("../../test/socket-harness.ts");
    const one = await openTestSocket(address.origin, "/ui/live", { protocols: [] });
    const upgrade = connect(Number(address.port), "127.0.0.1");
    sockets.push(upgrade);
    upgrade.write(
      "GET /api/ui/live HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n" +
        "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    );
    expect(await answerOf(upgrade)).toMatch(/^HTTP\/1.1 503 .*retry-after: 5.*OSTINATO_SERVER_MAX_SOCKETS/is);
    await one.close();
  });
});
