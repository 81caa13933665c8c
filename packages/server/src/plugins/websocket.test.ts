import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@ostinato/core";
import Fastify, { type FastifyInstance } from "fastify";
import { pino } from "pino";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { openTestSocket } from "../../test/socket-harness.ts";
import { openToAll } from "../kernel/authentication.ts";
import { readConfig } from "../kernel/config.ts";
import type { Context } from "../kernel/context.ts";
import { sharedPassword } from "../kernel/shared-password.ts";
import type { SocketHandlers } from "../kernel/socket.ts";
import { accessGuard } from "./access.ts";
import { createIncomingBytes } from "./incoming-bytes.ts";
import { serveSocketsOn, websockets } from "./websocket.ts";

describe("the handshake of websockets", () => {
  const apps: FastifyInstance[] = [];
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });

  /** A server whose one websocket sends back what it gets. */
  async function echo(authString?: string, handlers: Partial<SocketHandlers> = {}): Promise<string> {
    const app = Fastify();
    apps.push(app);
    const config = readConfig({ OSTINATO_HOME: join(tmpdir(), randomUUID()) });
    const context = { config, clock: systemClock(), log: pino({ level: "silent" }) } as Context;
    websockets(app, context);
    const authentication = authString === undefined ? openToAll : sharedPassword(authString, context);
    const registry = { sockets: [] };
    const contract = { path: "/echo", access: "read", summary: "Sends back what it gets" } as const;
    const incoming = createIncomingBytes({ maxBytes: 64 * 1024 * 1024, clock: context.clock });
    void app.register(
      async (api) => {
        accessGuard(api, authentication, config);
        serveSocketsOn(api, context, { incoming, authentication, registry })(contract, (connection) => ({
          message: (text) => connection.send(text),
          ...handlers,
        }));
      },
      { prefix: "/api" },
    );
    return app.listen({ host: "127.0.0.1", port: 0 });
  }

  const guarded = "admin:pass";

  test("the subprotocol is echoed, a token is required, and a ping before it is answered", async () => {
    const socket = await openTestSocket(await echo(guarded), "/echo", { greet: false });
    expect(socket.socket.protocol).toBe("prefect");
    await socket.settled();
    socket.send({ type: "auth", token: "admin:pass" });
    expect(await socket.next()).toEqual({ type: "auth_success" });
    socket.send({ hello: 1 });
    expect(await socket.next()).toEqual({ hello: 1 });
    await socket.close();
  });

  test.each([
    ["another message", { type: "filter" }, "Expected 'auth' message"],
    ["no JSON", "auth", "Expected 'auth' message"],
    ["no token", { type: "auth", token: null }, "Auth required but no token provided"],
    ["a wrong token", { type: "auth", token: "admin:guess" }, "Invalid token"],
  ])("%s ends the connection with the reason", async (_what, message, reason) => {
    const socket = await openTestSocket(await echo(guarded), "/echo", { greet: false });
    socket.send(message);
    expect(await socket.closed).toEqual({ code: 1008, reason });
  });

  test("without the subprotocol there is no handshake on a server without a password", async () => {
    const socket = await openTestSocket(await echo(), "/echo", { protocols: [] });
    socket.send({ hello: 1 });
    expect(await socket.next()).toEqual({ hello: 1 });
    await socket.close();
  });

  test("without the subprotocol the upgrade is refused on a server with a password", async () => {
    const address = await echo(guarded);
    const socket = new WebSocket(`${address.replace("http", "ws")}/api/echo`);
    const status = await new Promise((resolve, reject) => {
      socket.once("unexpected-response", (_request, response) => resolve(response.statusCode));
      socket.once("open", reject);
      socket.on("error", () => {}); // Ending a connection that never was is one.
    });
    expect(status).toBe(403);
    socket.terminate();
  });

  test("a ping waits for the messages before it, and is not answered if they fail", async () => {
    const before = Promise.withResolvers<void>();
    const address = await echo(undefined, { settled: () => before.promise });
    const socket = await openTestSocket(address, "/echo");
    let answered = false;
    const settled = socket.settled().then(() => {
      answered = true;
    });
    socket.send({ after: "the ping" });
    await socket.next();
    expect(answered).toBe(false);
    before.resolve();
    await settled;
    await socket.close();
  });

  test("a frame that makes the server fail ends its connection and nothing else", async () => {
    const address = await echo(undefined, {
      message(text) {
        throw new Error(text);
      },
    });
    const socket = await openTestSocket(address, "/echo");
    socket.send("oh");
    expect(await socket.closed).toEqual({ code: 1011, reason: "Internal Server Error" });
    await (await openTestSocket(address, "/echo")).close();
  });

  test("a server that stops says so", async () => {
    const socket = await openTestSocket(await echo(), "/echo");
    const [app] = apps.splice(0);
    await app?.close();
    expect(await socket.closed).toEqual({ code: 1001, reason: "The server is stopping" });
  });

  test("a plain request to the address of a websocket gets 404", async () => {
    expect((await fetch(`${await echo()}/api/echo`)).status).toBe(404);
  });
});
