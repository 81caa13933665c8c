import { once } from "node:events";
import { hostname } from "node:os";
import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { recordingLog, startTestServer, type TestServer } from "../../test/harness.ts";
import type { Config } from "../kernel/config.ts";

const evil = "https://evil.example";
const tools = "https://tools.example";

describe("pages of other origins", () => {
  let database: TestDatabase;
  let server: TestServer;
  let address: string;
  const servers: TestServer[] = [];
  beforeAll(async () => {
    database = await openDatabase("sqlite");
    server = await start({});
    address = await server.listen();
  });
  afterAll(async () => {
    await Promise.all(servers.map((each) => each.stop()));
    await database.dispose();
  });

  async function start(config: Partial<Config>): Promise<TestServer> {
    const started = await startTestServer(database.url, { config });
    servers.push(started);
    return started;
  }

  /** As the router reads them, all of these are the same path. */
  const spellings = ["/api", "/%61pi", "/%61%70%69", "/a%70i"];

  const create = (headers: Record<string, string>, on = server) =>
    on.app.inject({ method: "POST", url: "/api/flows/", headers, payload: { name: "made by a page" } });

  test("can't write, and are told why", async () => {
    for (const headers of [{ origin: evil }, { origin: evil, "sec-fetch-site": "cross-site" }, { origin: "null" }]) {
      const { statusCode, headers: answered, body } = await create({ host: "localhost:4200", ...headers });
      expect(statusCode).toBe(403);
      expect(answered["content-type"]).toContain("application/json");
      expect(answered["access-control-allow-origin"]).toBeUndefined();
      expect(JSON.parse(body).detail).toContain("OSTINATO_SERVER_CORS_ORIGINS");
    }
    expect((await server.call("GET", "/flows/name/made by a page")).status).toBe(404);
  });

  test("can't read", async () => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" };
    expect((await server.app.inject({ url: "/api/flows/name/x", headers })).statusCode).toBe(403);
    expect((await server.app.inject({ url: "/api/health", headers: { origin: evil } })).statusCode).toBe(403);
    expect((await server.app.inject({ url: "/ui-settings", headers: { origin: evil } })).statusCode).toBe(403);
  });

  test("gain nothing by spelling the path differently", async () => {
    const from = { origin: evil, "sec-fetch-site": "cross-site" };
    for (const api of spellings) {
      const request = { method: "POST", url: `${api}/flows/`, payload: { name: "made by a page" } } as const;
      expect((await server.app.inject({ ...request, headers: from })).statusCode).toBe(403);
      expect((await server.app.inject({ url: `${api}/nothing/here`, headers: from })).statusCode).toBe(403);
    }
    expect((await server.app.inject({ url: "/%75i-settings", headers: from })).statusCode).toBe(403);
    expect((await server.call("GET", "/flows/name/made by a page")).status).toBe(404);
  });

  test("must declare a content type, so that their browser sends a preflight request first", async () => {
    const own = { origin: address, host: new URL(address).host };
    for (const headers of [own, { ...own, "sec-fetch-site": "same-origin" }]) {
      const payload = Buffer.from(JSON.stringify({ name: "of no type" }));
      const reply = await server.app.inject({ method: "POST", url: "/api/flows/", headers, payload });
      expect([reply.statusCode, reply.json().detail]).toEqual([415, expect.stringContaining("application/json")]);
    }
  });

  test("are refused the preflight", async () => {
    const headers = { origin: evil, "access-control-request-method": "POST" };
    const reply = await server.app.inject({ method: "OPTIONS", url: "/api/flows/", headers });
    expect(reply.statusCode).toBe(403);
    expect(reply.headers["access-control-allow-origin"]).toBeUndefined();
  });

  test("can't embed what they can't read", async () => {
    const { headers } = await server.app.inject("/api/health");
    expect(headers).toMatchObject({
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
    });
  });

  test("may link to a page of this server", async () => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    for (const url of ["/runs", "/api/health"]) {
      expect((await server.app.inject({ url, headers })).statusCode).not.toBe(403);
    }
  });

  test("are not admitted under another name of this machine", async () => {
    for (const url of ["/api/health", "/", "/runs"]) {
      const { statusCode, body } = await server.app.inject({ url, headers: { host: "evil.example:4200" } });
      expect(statusCode).toBe(403);
      expect(JSON.parse(body).detail).toContain("OSTINATO_SERVER_ALLOWED_HOSTS");
    }
  });

  test("can't open a websocket, and programs can", async () => {
    const open = (path: string, origin?: string) => {
      const socket = new WebSocket(`${address.replace("http", "ws")}${path}`, origin === undefined ? {} : { origin });
      return Promise.race([
        once(socket, "open").then(() => "open"),
        once(socket, "unexpected-response").then(([, response]) => response.statusCode),
      ]).finally(() => socket.terminate());
    };
    for (const path of ["/ui/live", "/events/in", "/events/out", "/logs/out"]) {
      for (const api of spellings) expect(await open(api + path, evil)).toBe(403);
      expect(await open(`/api${path}`, address)).toBe("open");
      expect(await open(`/api${path}`)).toBe("open");
    }
  });

  test("are not admitted under a name of their own when the server listens for other machines, and the log warns of them", async () => {
    const { log, lines } = recordingLog();
    const everywhere = await startTestServer(database.url, { config: { host: "0.0.0.0" }, log });
    servers.push(everywhere);
    await everywhere.listen();
    expect(lines).toContainEqual(expect.stringMatching(/^Listening on 0\.0\.0\.0: whoever reaches/));
    const asked = async (host: string, origin?: string) =>
      (await create({ host, ...(origin === undefined ? {} : { origin, "sec-fetch-site": "same-origin" }) }, everywhere))
        .statusCode;
    expect(await asked("evil.example:4200", "http://evil.example:4200")).toBe(403);
    for (const host of ["127.0.0.1:4200", "10.1.2.3:4200", "[fd00::1]", hostname()])
      expect(await asked(host)).toBeLessThan(300);
    const named = await start({ host: "0.0.0.0", allowedHosts: ["ostinato"] });
    const statuses = await Promise.all(
      ["ostinato:4200", "10.1.2.3:4200", "other:4200"].map(
        async (host) => (await named.app.inject({ url: "/api/health", headers: { host } })).statusCode,
      ),
    );
    expect(statuses).toEqual([200, 200, 403]);
  });

  test("programs and the server's own pages are served", async () => {
    const own = { origin: "http://localhost:4200", host: "localhost:4200", "sec-fetch-site": "same-origin" };
    for (const headers of [{}, own]) expect((await create(headers)).statusCode).toBeLessThan(300);
  });

  test("a page behind a proxy under another name is the server's own", async () => {
    const behind = await start({ allowedHosts: ["runs.example"] });
    const handedOn = { host: "runs.example", origin: "https://runs.example" };
    const notHandedOn = { host: "127.0.0.1:4200", origin: "https://runs.example" };
    for (const headers of [handedOn, notHandedOn]) expect((await create(headers, behind)).statusCode).toBeLessThan(300);
    expect((await create({ ...handedOn, origin: evil }, behind)).statusCode).toBe(403);
  });

  test("that the configuration lists are admitted and may read the answers", async () => {
    const opened = await start({ corsOrigins: [tools] });
    const headers = { origin: tools, "sec-fetch-site": "cross-site" };
    const preflight = await opened.app.inject({
      method: "OPTIONS",
      url: "/api/flows/",
      headers: {
        ...headers,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      },
    });
    expect(preflight).toMatchObject({
      statusCode: 204,
      headers: { "access-control-allow-origin": tools, "access-control-allow-headers": "content-type" },
    });
    const { statusCode, headers: answered } = await create(headers, opened);
    expect(statusCode).toBeLessThan(300);
    expect(answered).toMatchObject({ "access-control-allow-origin": tools, vary: "Origin" });
    expect((await create({ origin: evil }, opened)).statusCode).toBe(403);
  });
});
