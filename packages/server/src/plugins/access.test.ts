import * as protocol from "@ostinato/protocol";
import { type Access, accessLevels, includesAccess, type RouteContract, type SocketContract } from "@ostinato/protocol";
import { type DatabaseUnderTest, describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { openTestSocket } from "../../test/socket-harness.ts";
import { createInProcessServer, type InProcessServer } from "../in-process.ts";
import { type Actor, anonymous, localOperator, passwordUser, system } from "../kernel/actor.ts";
import type { Authentication } from "../kernel/authentication.ts";
import { readConfig } from "../kernel/config.ts";

const unknownId = "0197a1a8-5b0c-7a36-90f0-1d6f0a2f1f5d";
const password = "ann:correct horse";

/** One of each kind that there is, and one of each level, for the users that are to come. */
const actors: Readonly<Record<string, Actor>> = {
  anonymous,
  localOperator,
  system,
  "user of the password": passwordUser("ann"),
  ...Object.fromEntries(accessLevels.slice(1).map((access) => [access, { ...passwordUser(access), access }])),
};

/** Takes everybody for who they say they are. */
const trusting: Authentication = {
  required: true,
  ofRequest: ({ authorization = "" }) => actors[authorization] ?? anonymous,
  ofToken: (token) => actors[token] ?? anonymous,
  sessions: undefined,
};

const contracts = Object.values<unknown>({ ...protocol }).filter(isContract);
const sockets: readonly SocketContract[] = [
  protocol.eventsIn,
  protocol.eventsOut,
  protocol.logsOut,
  protocol.liveChanges,
  protocol.deploymentWaking,
  protocol.workerChannel,
  protocol.slotWaking,
  protocol.scheduledTaskRuns,
  protocol.taskRunWaking,
];

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly "x-access": Access }>>>>;
  readonly "x-websockets": readonly { readonly path: string; readonly "x-access": Access }[];
}

describeOnEachDatabase("access to operations", (database) => {
  describe("without a password", () => {
    const server = serverOn(database);

    test("the description names the access of every operation and websocket", async () => {
      const { body } = await server().call<Described>("GET", "/openapi.json");
      const described = Object.entries(body.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => [method.toUpperCase(), path, operation["x-access"]]),
      );
      expect(described.toSorted()).toEqual(contracts.map((each) => [each.method, each.path, each.access]).toSorted());
      expect(body["x-websockets"]).toEqual(
        expect.arrayContaining(
          sockets.map(({ path, access }) => expect.objectContaining({ path, "x-access": access })),
        ),
      );
      expect(body["x-websockets"]).toHaveLength(sockets.length);
    });

    test.each([undefined, "Basic bm9ib2R5", "Bearer nothing"])("all operations are for %s", async (authorization) => {
      expect(await verdicts((contract) => statusOf(server(), contract, authorization))).toEqual(
        expectedOf(localOperator),
      );
    });

    test.each(sockets)("the websocket $path is for everybody, with a token and without a handshake", async (socket) => {
      const address = await listening(server());
      expect(await outcome(address, socket, "whatever")).toBe("open");
      expect(await upgradeStatus(address, socket, {})).toBe(socket.handshakeRequired === true ? 403 : "open");
    });
  });

  describe("with a shared password", () => {
    const server = serverOn(database, { config: { authString: password } });

    test.each([
      [undefined, anonymous],
      [basic("ann:wrong"), anonymous],
      [basic("ann:correct horse "), anonymous],
      [basic(""), anonymous],
      ["Basic", anonymous],
      [`Bearer ${password}`, anonymous],
      [basic(password), passwordUser("ann")],
      [basic(password).replace("Basic", "basic"), passwordUser("ann")],
    ])("all operations, for %s", async (authorization, actor) => {
      expect(await verdicts((contract) => statusOf(server(), contract, authorization))).toEqual(expectedOf(actor));
    });

    test.each(sockets)("the websocket $path", async (socket) => {
      const address = await listening(server());
      expect(await outcome(address, socket, password)).toBe("open");
      const ownWord = socket === protocol.workerChannel ? "authentication_failed" : undefined;
      expect(await outcome(address, socket, "ann:wrong")).toBe(`1008 ${ownWord ?? "Invalid token"}`);
      expect(await outcome(address, socket, null)).toBe(`1008 ${ownWord ?? "Auth required but no token provided"}`);
      expect(await upgradeStatus(address, socket, {})).toBe(403);
      expect(await upgradeStatus(address, socket, { authorization: basic("ann:wrong") })).toBe(403);
      const byHeader = await upgradeStatus(address, socket, { authorization: basic(password) });
      expect(byHeader).toBe(socket.handshakeRequired === true ? 403 : "open");
    });

    test("unknown paths, the API documentation and unknown methods reveal nothing without a password", async () => {
      for (const [method, url] of [
        ["GET", "/api/nothing"],
        ["GET", "/api/docs"],
        ["POST", "/api/health"],
        ["GET", "/api/health/x"],
        ["GET", "/api//health"],
        ["GET", "/api/flows/name/health"],
        ["PUT", "/api/events/in"],
      ] as const) {
        expect([url, (await server().app.inject({ method, url })).statusCode]).toEqual([url, 401]);
      }
    });
  });

  describe("with access levels", () => {
    const server = serverOn(database, { authentication: trusting });
    const inProcess = new Map<string, InProcessServer>();
    beforeAll(async () => {
      const config = readConfig({ OSTINATO_DATABASE_URL: database.url, OSTINATO_LOG_LEVEL: "silent" });
      for (const [name, actor] of Object.entries(actors)) {
        inProcess.set(name, await createInProcessServer({ config, actor }));
      }
    });
    afterAll(() => Promise.all([...inProcess.values()].map((each) => each.stop())));

    test.each(Object.entries(actors))("all operations, for %s", async (name, actor) => {
      expect(await verdicts((contract) => statusOf(server(), contract, name))).toEqual(expectedOf(actor));
    });

    test.each(Object.entries(actors))("all operations without HTTP between, for %s", async (name, actor) => {
      const found = await verdicts(async ({ method, path }) => {
        const answer = await inProcess.get(name)?.handle({ method, path: filled(path), body: "{}" });
        return answer?.status;
      });
      const onlyByHttp = [protocol.readOpenApi, protocol.signIn, protocol.signOut].map(nameOf);
      expect(found).toEqual({
        ...expectedOf(actor),
        ...Object.fromEntries(onlyByHttp.map((operation) => [operation, "answered"])),
      });
    });

    test.each(sockets)("the websocket $path", async (socket) => {
      const address = await listening(server());
      for (const [name, actor] of Object.entries(actors)) {
        const byToken = await outcome(address, socket, name);
        const byHeader = await upgradeStatus(address, socket, { authorization: name });
        const allowed = includesAccess(actor.access, socket.access);
        const allowedByHeader = allowed && socket.handshakeRequired !== true;
        expect([name, byToken === "open", byHeader === "open"]).toEqual([name, allowed, allowedByHeader]);
        if (allowed || actor === anonymous) continue;
        const word =
          socket === protocol.workerChannel ? "authorization_failed" : `takes the access level "${socket.access}"`;
        expect(byToken).toContain(word);
      }
    });
  });

  test("a flow run records its creator", async () => {
    const made: Record<string, unknown> = {};
    for (const [name, actor] of Object.entries(actors)) {
      const server = await startTestServer(database.url, {
        authentication: { ...trusting, ofRequest: () => actor },
      });
      const flow = await server.call<{ id: string }>("POST", "/flows/", { name: "made" });
      const run = await server.call<{ created_by: unknown }>("POST", "/flow_runs/", { flow_id: flow.body.id });
      made[name] = run.status === 201 ? run.body.created_by : run.status;
      await server.stop();
    }
    expect(made).toMatchObject({
      anonymous: 401,
      localOperator: null,
      system: { type: "SYSTEM", display_value: "Ostinato" },
      "user of the password": { type: "USER", display_value: "ann" },
      read: 403,
      run: { type: "USER", display_value: "run" },
    });
  });
});

function isContract(value: unknown): value is RouteContract {
  return typeof value === "object" && value !== null && "method" in value && "replies" in value;
}

type Options = Parameters<typeof startTestServer>[1];

function serverOn(database: DatabaseUnderTest, options: Options = {}): () => TestServer {
  let server: TestServer | undefined;
  beforeAll(async () => {
    server = await startTestServer(database.url, options);
  });
  afterAll(() => server?.stop());
  return () => server as TestServer;
}

async function listening({ app }: TestServer): Promise<string> {
  const at = app.server.address();
  if (typeof at === "object" && at !== null) return `http://127.0.0.1:${at.port}`;
  return app.listen({ host: "127.0.0.1", port: 0 });
}

function nameOf({ method, path }: RouteContract): string {
  return `${method} ${path}`;
}

/** What becomes of a call of each operation, by its name. */
async function verdicts(ask: (contract: RouteContract) => Promise<number | undefined>): Promise<object> {
  const entries: [string, string][] = [];
  for (const contract of contracts) {
    const status = await ask(contract);
    const verdict = status === 401 ? "has to say who it is" : status === 403 ? "forbidden" : "answered";
    entries.push([nameOf(contract), verdict]);
  }
  return Object.fromEntries(entries);
}

function expectedOf(actor: Actor): object {
  const refusal = actor === anonymous ? "has to say who it is" : "forbidden";
  return Object.fromEntries(
    contracts.map((each) => [nameOf(each), includesAccess(actor.access, each.access) ? "answered" : refusal]),
  );
}

function filled(path: string): string {
  return path.replaceAll("{id}", unknownId).replaceAll(/\{\w+\}/g, "some");
}

async function statusOf({ app }: TestServer, contract: RouteContract, authorization?: string): Promise<number> {
  const { method, path, body } = contract;
  const response = await app.inject({
    method,
    url: `/api${filled(path)}`,
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { payload: "{}" }),
  });
  return response.statusCode;
}

/** What becomes of a connection with the handshake: `open`, or the code and reason of its end. */
async function outcome(address: string, { path }: SocketContract, token: string | null): Promise<string> {
  const socket = await openTestSocket(address, filled(path), { greet: false });
  socket.send({ type: "auth", token });
  const first = await Promise.race([socket.next(), socket.closed]);
  if (!("code" in (first as object))) {
    expect(first).toEqual({ type: "auth_success" });
    await socket.close();
    return "open";
  }
  const { code, reason } = await socket.closed;
  return `${code} ${reason}`;
}

/** `open`, or the status by which a connection without the handshake is refused. */
function upgradeStatus(
  address: string,
  { path }: SocketContract,
  headers: Readonly<Record<string, string>>,
): Promise<number | "open"> {
  const socket = new WebSocket(`${address.replace("http", "ws")}/api${filled(path)}`, { headers });
  socket.on("error", () => {}); // Ending a connection that never was is one.
  return new Promise((resolve) => {
    socket.once("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.once("open", () => resolve("open"));
  }).finally(() => socket.terminate()) as Promise<number | "open">;
}

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString("base64")}`;
}
