import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { errorCodes } from "@ostinato/protocol";
import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { type Logger, pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describe("invalid requests", () => {
  const lines: Record<string, unknown>[] = [];
  const log: Logger = pino({ level: "debug" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  let database: TestDatabase;
  let server: TestServer;
  let address: string;
  beforeAll(async () => {
    database = await openDatabase("sqlite");
    server = await startTestServer(database.url, { log });
    address = await server.listen();
  });
  afterAll(async () => {
    await server.stop();
    await database.dispose();
  });

  const send = (method: "GET" | "POST" | "PUT" | "DELETE", url: string, payload?: string, type = "application/json") =>
    server.app.inject({
      method,
      url: `/api${url}`,
      ...(payload === undefined ? {} : { payload, headers: { "content-type": type } }),
    });

  test("the same mistake gets the same answer, however often the schema has been used", async () => {
    const answers = [];
    for (let time = 0; time < 6; time += 1) {
      answers.push((await send("POST", "/flows/filter", '{"limit": "many", "sort": 3}')).json());
      expect((await send("POST", "/flows/filter", '{"limit": 1}')).statusCode).toBe(200);
    }
    const places = answers[0].exception_detail.map(({ loc }: { loc: readonly string[] }) => loc[1]);
    expect(places.sort()).toEqual(["limit", "sort"]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  test.each([
    ["an unknown route", "GET", "/nothing", undefined, 404],
    ["an unknown route to be written", "POST", "/nothing", "{}", 404],
    ["a method that a route does not have", "PUT", "/flows/", "{}", 405],
    ["the API itself", "GET", "", undefined, 404],
    ["a path with a broken escape", "GET", "/flows/%E0%A4%A", undefined, 404],
    ["a path with a stray percent sign", "GET", "/flows/name/100%", undefined, 404],
    ["a path with a name that is longer than any", "GET", `/flows/name/${"n".repeat(3000)}`, undefined, 404],
    ["a path with slashes too many", "GET", "//flows//", undefined, 404],
    ["an id that is none", "GET", "/flows/not-a-uuid", undefined, 404],
    ["an id that nothing has", "GET", "/flows/64a1a8d5-5b0c-4a36-90f0-1d6f0a2f1f5d", undefined, 404],
    ["JSON that is none", "POST", "/flows/", '{"name": ', 422],
    ["no body", "POST", "/flows/", undefined, 422],
    ["a body of another type", "POST", "/flows/", '"flow"', 422],
    ["a page before the first", "POST", "/flows/paginate", '{"page": 0}', 422],
    ["a page with more rows than allowed", "POST", "/flows/paginate", '{"limit": 201}', 422],
    ["an offset before the beginning", "POST", "/flows/filter", '{"offset": -1}', 422],
    ["a cursor of another list", "POST", "/ui/flow_runs/list", '{"cursor": "WyJ4IiwxLCJ5Il0"}', 422],
    ["a cursor that is none", "POST", "/ui/flow_runs/list", '{"cursor": "%%"}', 422],
    [
      "a range that ends before it begins",
      "POST",
      "/ui/dashboard",
      '{"since": "2030-01-02", "until": "2030-01-01"}',
      422,
    ],
    ["a log of nothing", "POST", "/ui/logs", "{}", 422],
    ["too many rows of a list", "POST", "/ui/flow_runs/list", '{"limit": 100000}', 422],
  ] as const)("%s is answered by JSON", async (_, method, url, payload, status) => {
    const { statusCode, headers, body } = await send(method, url, payload);
    expect([statusCode, body]).toEqual([status, expect.any(String)]);
    expect(headers["content-type"]).toContain("application/json");
    const { detail, exception_message, code } = JSON.parse(body);
    expect(detail ?? exception_message).toMatch(/\w/);
    expect(Object.keys(errorCodes)).toContain(code);
  });

  test.each([
    ["q=1&limit=5", 200],
    ["q=null&limit=null", 200],
    ["q=1&limit=", 200],
    ["q=1&limit=0", 422],
    ["q=1&limit=2.5", 422],
    ["q=1&limit=many", 422],
    ["q=1&limit=1&limit=2", 422],
    ["limit=1", 422],
  ] as const)("the numbers of the query ?%s are read: %d", async (query, status) => {
    const { statusCode, body } = await send("GET", `/ui/search?${query}`);
    expect([statusCode, body]).toEqual([status, expect.stringMatching(status === 200 ? /hits/ : /limit|"q"/)]);
  });

  test("a page past the last is empty", async () => {
    const { body } = await server.call("POST", "/flows/paginate", { page: 1_000_000 });
    expect(body).toMatchObject({ results: [], page: 1_000_000 });
  });

  test("a body that is not JSON is refused by its content type", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const { statusCode, body } = await send("POST", "/flows/", "name=x", type);
      expect(statusCode).toBe(415);
      expect(JSON.parse(body).detail).toContain("application/json");
    }
  });

  test("a body without a content type is read as JSON", async () => {
    const body = new Blob([JSON.stringify({ name: "untyped" })]);
    const { status } = await fetch(`${address}/api/flows/`, { method: "POST", body });
    expect(status).toBe(201);
  });

  test("a compressed body is refused by its encoding", async () => {
    const { statusCode, body } = await server.app.inject({
      method: "POST",
      url: "/api/flows/",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      payload: gzipSync('{"name": "packed"}'),
    });
    expect([statusCode, JSON.parse(body).detail]).toEqual([415, expect.stringContaining("content-encoding: gzip")]);
  });

  test("HEAD is answered like GET, without the body", async () => {
    for (const path of ["health", "ready", "version", "openapi.json", "nothing"]) {
      const [head, get] = [
        await server.app.inject({ method: "HEAD", url: `/api/${path}` }),
        await server.app.inject({ method: "GET", url: `/api/${path}` }),
      ];
      expect([head.statusCode, head.headers["content-length"]]).toEqual([
        get.statusCode,
        get.headers["content-length"],
      ]);
      expect(head.body).toBe("");
    }
  });

  /** What comes back for bytes that no HTTP library would send. */
  async function sendRaw(text: string): Promise<string> {
    const socket = connect(Number(new URL(address).port), "127.0.0.1");
    socket.setEncoding("utf8").write(text);
    let answer = "";
    for await (const part of socket) answer += part;
    return answer;
  }

  test.each([
    ["no HTTP", "hello\r\n\r\n", /^HTTP\/1.1 400 Bad Request/],
    [
      "two lengths",
      "POST /api/flows/ HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
      /^HTTP\/1.1 400/,
    ],
    ["headers without end", `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${"x".repeat(20_000)}\r\n\r\n`, /^HTTP\/1.1 431/],
  ])("%s is answered by JSON, and the connection ends", async (_what, text, status) => {
    const answer = await sendRaw(text);
    expect(answer).toMatch(status);
    expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toEqual({
      detail: expect.stringMatching(/\w/),
      code: expect.stringMatching(/^[A-Z_]+$/),
    });
  });

  test.each(["//", "///", "/\\", "//evil.example/x", "/x//y"])(
    "no page is found at an odd path such as %s",
    async (path) => {
      const answer = await sendRaw(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 404 /);
      expect(answer).toContain('{"detail":"Not Found","code":"PATH_NOT_FOUND"}');
    },
  );

  test("a client that disconnects before its body has arrived is not an error of the server", async () => {
    const socket = connect(Number(new URL(address).port), "127.0.0.1");
    const arrived = once(server.app.server, "request");
    socket.write("POST /api/flows/ HTTP/1.1\r\nhost: localhost\r\nx-request-id: gone\r\ncontent-length: 90\r\n\r\n{");
    await arrived;
    socket.destroy();
    await expect
      .poll(() => lines)
      .toContainEqual(expect.objectContaining({ request_id: "gone", msg: "the client went away" }));
    expect(lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  test("a body that is too large is refused before it is read", async () => {
    const { statusCode, body } = await send("POST", "/flows/", JSON.stringify({ name: "x".repeat(5 * 1024 * 1024) }));
    expect(statusCode).toBe(413);
    expect(JSON.parse(body).detail).toMatch(/\w/);
  });

  test("a request keeps the caller's id if a log can hold it; the answer and the log both show it", async () => {
    const id = "trace-7/af:01";
    const { headers } = await server.app.inject({ url: "/api/health", headers: { "x-request-id": id } });
    expect(headers["x-request-id"]).toBe(id);
    await expect
      .poll(() => lines)
      .toContainEqual(expect.objectContaining({ request_id: id, url: "/api/health", status: 200 }));
    for (const bad of ["a\tb", "x".repeat(129), 'a"b', ""]) {
      const reply = await server.app.inject({ url: "/api/health", headers: { "x-request-id": bad } });
      expect(reply.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});
