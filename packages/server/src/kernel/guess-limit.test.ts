import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, beforeEach, expect, test } from "vitest";
import { recordingLog, startTestServer, type TestServer } from "../../test/harness.ts";
import { openTestSocket } from "../../test/socket-harness.ts";
import { anonymous } from "./actor.ts";
import { sharedPassword } from "./shared-password.ts";

const authString = "ann:correct horse";
const guesser = "203.0.113.7";

describeOnEachDatabase("whoever guesses the password", (database) => {
  let clock = fakeClock();
  let server: TestServer;
  let lines: readonly string[];
  beforeEach(async () => {
    clock = fakeClock();
    const recording = recordingLog();
    lines = recording.lines;
    server = await startTestServer(database.url, { clock, log: recording.log, config: { authString } });
  });
  afterEach(() => server.stop());

  async function ask(password: string, remoteAddress = guesser, headers: Readonly<Record<string, string>> = {}) {
    const authorization = `Basic ${btoa(`ann:${password}`)}`;
    return server.app.inject({ url: "/api/version", remoteAddress, headers: { authorization, ...headers } });
  }
  const statusOf = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).statusCode;
  const right = (remoteAddress?: string) => statusOf("correct horse", remoteAddress);
  async function guessUntilLimited(remoteAddress = guesser): Promise<void> {
    for (let guess = 0; guess < 10; guess += 1) expect(await statusOf(`guess ${guess}`, remoteAddress)).toBe(401);
  }

  test("must wait after ten wrong ones, even to send the right one, and may then send one every five seconds", async () => {
    await guessUntilLimited();
    const refused = await ask("correct horse");
    expect([refused.statusCode, refused.headers["retry-after"]]).toEqual([429, "5"]);
    expect(refused.json()).toEqual({
      code: "TOO_MANY_WRONG_PASSWORDS",
      exception_message: "Too Many Requests",
      exception_detail: "Too many wrong passwords came from this address: try again in 5 s",
    });
    await clock.advance(4);
    expect((await ask("another")).headers["retry-after"]).toBe("1");
    await clock.advance(1);
    expect([await statusOf("guess 11"), await statusOf("guess 12")]).toEqual([401, 429]);
    await clock.advance(5);
    expect(await right()).toBe(200);
    expect(lines).toEqual(["10 wrong passwords came from one address: it has to wait between further ones"]);
  });

  test("makes nobody at another address wait", async () => {
    await guessUntilLimited();
    expect([await right(), await right("203.0.113.8"), await right("2001:db8::7")]).toEqual([429, 200, 200]);
  });

  test("has its mistakes forgotten in time", async () => {
    await guessUntilLimited();
    await clock.advance(50);
    for (let guess = 10; guess < 20; guess += 1) expect(await statusOf(`guess ${guess}`)).toBe(401);
    expect(await right()).toBe(429);
  });

  test("is not a program with an outdated password: the same wrong one counts once", async () => {
    for (let time = 0; time < 50; time += 1) expect(await statusOf("guess 0")).toBe(401);
    expect(await right()).toBe(200);
    await guessUntilLimited();
    expect([await statusOf("guess 0"), await right()]).toEqual([401, 429]);
  });

  test("is not a request without a password, or with one for something else", async () => {
    for (let time = 0; time < 20; time += 1) {
      const headers = time % 2 === 0 ? {} : { authorization: `Bearer ${time}` };
      const { statusCode } = await server.app.inject({ url: "/api/version", remoteAddress: guesser, headers });
      expect(statusCode).toBe(401);
    }
    expect(await right()).toBe(200);
  });

  test("counts as one IPv6 network of 64 bits, whatever address in it is used", async () => {
    for (let guess = 0; guess < 10; guess += 1) {
      expect(await statusOf(`guess ${guess}`, `2001:db8:0:9::${guess}`)).toBe(401);
    }
    expect([await right("2001:db8:0:9:aaaa::1"), await right("2001:db8::9:0:0:0:1")]).toEqual([429, 429]);
    expect([await right("2001:db8:0:a::1"), await right("2001:db8::9")]).toEqual([200, 200]);
  });

  test("is known by an IPv4 address however the connection writes it", async () => {
    await guessUntilLimited(`::ffff:${guesser}`);
    expect([await right(), await right("::ffff:203.0.113.8")]).toEqual([429, 200]);
  });

  test("makes neither signed-in browsers wait nor requests that need no password", async () => {
    const body = JSON.stringify({ user: "ann", password: "correct horse" });
    const signIn = () =>
      server.app.inject({
        method: "POST",
        url: "/api/ui/session",
        remoteAddress: guesser,
        headers: { "content-type": "application/json" },
        payload: body,
      });
    const cookie = String((await signIn()).headers["set-cookie"]).split(";")[0] ?? "";
    // A proxy's own password comes with each request of its users.
    for (let time = 0; time < 20; time += 1) expect(await statusOf(`proxy ${time}`, guesser, { cookie })).toBe(200);
    await guessUntilLimited();
    expect(await statusOf("proxy", guesser, { cookie })).toBe(200);
    const health = await server.app.inject({
      url: "/api/health",
      remoteAddress: guesser,
      headers: { authorization: `Basic ${btoa("ann:wrong")}` },
    });
    expect(health.json()).toBe(true);
    expect((await signIn()).json()).toMatchObject({ code: "TOO_MANY_WRONG_PASSWORDS" });
  });

  test("must wait at websockets too, and is asked to try again later", async () => {
    const address = await server.app.listen({ host: "127.0.0.1", port: 0 });
    const closeOf = async (token: string) => {
      const socket = await openTestSocket(address, "/events/out", { greet: false });
      socket.send({ type: "auth", token });
      return socket.closed;
    };
    for (let guess = 0; guess < 10; guess += 1)
      expect(await closeOf(`ann:guess ${guess}`)).toMatchObject({ code: 1008 });
    expect(await closeOf(authString)).toEqual({
      code: 1013,
      reason: "Too many wrong passwords came from this address: try again in 5 s",
    });
  });
});

test("with very many addresses, the one without a wrong password for the longest time is forgotten first", () => {
  const { ofToken } = sharedPassword(authString, { clock: fakeClock(), log: recordingLog().log });
  const isLimited = (address: string) => {
    try {
      return ofToken(authString, address) === anonymous;
    } catch {
      return true;
    }
  };
  const guess = (address: string, count: number) => {
    for (let guess = 0; guess < count; guess += 1) ofToken(`guess ${guess}`, address);
  };
  guess("first", 10);
  guess("second", 9);
  for (let other = 0; other < 9_998; other += 1) guess(`other ${other}`, 1);
  ofToken("one more", "second");
  expect([isLimited("first"), isLimited("second")]).toEqual([true, true]);
  guess("one too many", 1);
  expect([isLimited("first"), isLimited("second")]).toEqual([false, true]);
});
