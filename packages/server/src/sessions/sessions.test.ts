import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { type DatabaseUnderTest, describeOnEachDatabase } from "@ostinato/testing/databases";
import { expect, onTestFinished, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import type { Config } from "../kernel/config.ts";

const authString = "ann:correct: horse";
const days = 24 * 3600;

describeOnEachDatabase("the sessions of pages", (database) => {
  test("a session holds on every server with the password, over restarts, and for two weeks", async () => {
    const clock = fakeClock();
    const cookie = await signIn(await serverOn(database, { clock }));
    const other = await serverOn(database, { clock });
    expect(await statusWith(other, { cookie })).toBe(200);
    await clock.advance(14 * days - 60);
    expect(await statusWith(other, { cookie })).toBe(200);
    await clock.advance(120);
    expect(await statusWith(other, { cookie })).toBe(401);
  });

  test("another password ends all sessions, and two servers of one machine do not take each other's for theirs", async () => {
    const one = await serverOn(database);
    const other = await serverOn(database, { config: { authString: "ann:battery" } });
    const cookies = [await signIn(one), await signIn(other, "battery")] as const;
    expect(cookies[0].split("=")[0]).not.toBe(cookies[1].split("=")[0]);
    expect([await statusWith(one, { cookie: cookies[1] }), await statusWith(other, { cookie: cookies[0] })]).toEqual([
      401, 401,
    ]);
    // A browser sends both to both.
    const cookie = cookies.join("; ");
    expect([await statusWith(one, { cookie }), await statusWith(other, { cookie })]).toEqual([200, 200]);
  });

  test("only the whole password is right", async () => {
    const server = await serverOn(database);
    const given = [
      ["ann", "correct"],
      ["ann:correct", " horse"],
      ["ann", ""],
      ["", "correct: horse"],
      ["Ann", "correct: horse"],
      ["ann", "correct: horse "],
    ];
    for (const [user, password] of given) {
      const { status, body, headers } = await server.call("POST", "/ui/session", { user, password });
      expect([user, password, status, headers["set-cookie"]]).toEqual([
        user,
        password,
        // Where the colon stands between user and password makes no other text of them.
        user === "ann:correct" ? 204 : 401,
        user === "ann:correct" ? expect.any(String) : undefined,
      ]);
      if (status === 401) expect(body).toMatchObject({ exception_message: "Unauthorized" });
    }
    expect(await server.call("POST", "/ui/session", { user: "ann" })).toMatchObject({ status: 422 });
  });

  test("the cookie is for https alone where the browser came by it", async () => {
    const server = await serverOn(database);
    const begin = (headers: Readonly<Record<string, string>>) =>
      server.app.inject({
        method: "POST",
        url: "/api/ui/session",
        headers: { host: "flows.example.org", "content-type": "application/json", ...headers },
        payload: JSON.stringify({ user: "ann", password: "correct: horse" }),
      });
    const plain = await begin({ host: "127.0.0.1", origin: "http://127.0.0.1" });
    expect(plain.headers["set-cookie"]).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    const secure = await begin({ host: "127.0.0.1", origin: "https://127.0.0.1" });
    expect(secure.headers["set-cookie"]).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
  });

  test("a page of another origin is not signed in by it, also where it may call the API", async () => {
    const server = await serverOn(database, { config: { corsOrigins: ["http://127.0.0.1:3000"] } });
    const cookie = await signIn(server);
    const origin = "http://127.0.0.1:3000";
    expect(await statusWith(server, { cookie, origin, host: "127.0.0.1:4200" })).toBe(401);
    expect(await statusWith(server, { cookie, origin, host: "127.0.0.1:4200", "sec-fetch-site": "same-site" })).toBe(
      401,
    );
    expect(await statusWith(server, { cookie, origin: "http://127.0.0.1:4200", host: "127.0.0.1:4200" })).toBe(200);
    // Its browser may ask whether it may say the password itself.
    const preflight = await server.app.inject({
      method: "OPTIONS",
      url: "/api/flows/filter",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
    expect([preflight.statusCode, preflight.headers["access-control-allow-headers"]]).toEqual([
      204,
      "authorization,content-type",
    ]);
    expect(await statusWith(server, { origin, authorization: `Basic ${btoa(authString)}` })).toBe(200);
  });

  test("browsers are asked by the page and not by a dialog of their own, programs by the header of HTTP", async () => {
    const { app } = await serverOn(database);
    const ask = (agent: string) => app.inject({ url: "/api/version", headers: { "user-agent": agent } });
    const program = await ask("curl/8.5.0");
    expect([program.statusCode, program.headers["www-authenticate"]]).toEqual([
      401,
      'Basic realm="Ostinato", charset="UTF-8"',
    ]);
    expect(program.json()).toMatchObject({ exception_message: "Unauthorized" });
    const browser = await ask(
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0",
    );
    expect([browser.statusCode, browser.headers["www-authenticate"]]).toEqual([401, undefined]);
  });

  test("pages and their files, health and readiness are there for everybody, and tell that a password is needed", async () => {
    const { app } = await serverOn(database);
    expect((await app.inject("/ui-settings")).json()).toMatchObject({ auth: "BASIC" });
    expect((await app.inject("/api/health")).json()).toBe(true);
    expect((await app.inject("/api/ready")).json()).toEqual({ message: "OK" });
  });
});

interface Options {
  readonly clock?: FakeClock;
  readonly config?: Partial<Config>;
}

async function serverOn(database: DatabaseUnderTest, { clock, config }: Options = {}): Promise<TestServer> {
  const server = await startTestServer(database.url, {
    ...(clock === undefined ? {} : { clock }),
    config: { authString, ...config },
  });
  onTestFinished(() => server.stop());
  return server;
}

/** The cookie, as a browser sends it. */
async function signIn(server: TestServer, password = "correct: horse"): Promise<string> {
  const { status, headers } = await server.call("POST", "/ui/session", { user: "ann", password });
  expect(status).toBe(204);
  return String(headers["set-cookie"]).split(";")[0] ?? "";
}

async function statusWith({ app }: TestServer, headers: Readonly<Record<string, string>>): Promise<number> {
  return (await app.inject({ url: "/api/version", headers })).statusCode;
}
