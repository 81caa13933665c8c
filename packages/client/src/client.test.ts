import { ExactNumber } from "@ostinato/core";
import { createArtifact, createFlow, filterFlows, readFlow, readFlowRun } from "@ostinato/protocol";
import { expect, test } from "vitest";
import { createClient } from "./client.ts";
import { ApiError, AuthenticationFailed, isNotFound, isUnknownQuestion, ServerUnreachable } from "./errors.ts";
import type { TransportRequest, TransportResponse } from "./transport.ts";

const immediate = {
  now: () => 0 as never,
  after(_: number, callback: () => void) {
    queueMicrotask(callback);
    return () => {};
  },
  elapsed: () => 0,
};

function clientAnswering(...answers: (TransportResponse | Error)[]) {
  return clientWith({}, answers);
}

function clientWith(options: { readonly repeatable?: boolean }, answers: readonly (TransportResponse | Error)[]) {
  const requests: TransportRequest[] = [];
  const client = createClient({
    baseUrl: "http://127.0.0.1:4200/api",
    clock: immediate,
    ...options,
    transport: async (request) => {
      requests.push(request);
      const answer = answers[requests.length - 1] ?? new Error("no more answers");
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { client, requests };
}

test("fills the path and sends the body", async () => {
  const { client, requests } = clientAnswering({ status: 200, body: "{}" }, { status: 200, body: "[]" });
  await client.call(readFlow, { params: { id: "a b" } });
  await client.call(filterFlows, {});
  expect(requests.map((request) => [request.method, request.path, request.body])).toEqual([
    ["GET", "/flows/a%20b", undefined],
    ["POST", "/flows/filter", "{}"],
  ]);
});

test("numbers of users are exact both ways, and fields of the API are plain numbers", async () => {
  const body =
    '{"parameters":{"id":9007199254740993,"share":1.0},"labels":{"half":2.0},"run_count":3.0,"total_run_time":0.0}';
  const { client, requests } = clientAnswering({ status: 200, body }, { status: 201, body: "{}" });
  const run = await client.call(readFlowRun, { params: { id: "a" } });
  expect(run).toMatchObject({ run_count: 3, total_run_time: 0 });
  expect(run.parameters.id).toBeInstanceOf(ExactNumber);
  expect(JSON.stringify(run)).toBe(body.replace("3.0", "3").replace("0.0", "0"));
  await client.call(createArtifact, { body: { data: [run.parameters, 2n ** 70n, 7n] } });
  expect(requests[1]?.body).toBe('{"data":[{"id":9007199254740993,"share":1.0},1180591620717411303424,7]}');
});

test("tries again when the server is busy or away, then answers", async () => {
  const { client, requests } = clientAnswering(
    new Error("connection refused"),
    { status: 503, body: "" },
    { status: 201, body: '{"name":"train"}' },
  );
  expect(await client.call(createFlow, { body: { name: "train" } })).toEqual({ name: "train" });
  expect(requests).toHaveLength(3);
});

test.each([500, 502, 504, 520])("%i is tried again where a call may be made twice, and only there", async (status) => {
  const answers = [
    { status, body: "<h1>Oops</h1>" },
    { status: 201, body: '{"name":"train"}' },
  ];
  const patient = clientWith({ repeatable: true }, answers);
  expect(await patient.client.call(createFlow, { body: { name: "train" } })).toEqual({ name: "train" });
  const once = clientWith({ repeatable: true }, [{ status: 500, body: "" }]);
  await expect(once.client.call(createFlow, { body: { name: "train" }, repeatable: false })).rejects.toMatchObject({
    status: 500,
  });
  expect(once.requests).toHaveLength(1);
});

test.each([408, 429, 502, 503])("%i is tried again for every call: nothing was done", async (status) => {
  const answers = [
    { status, body: "" },
    { status: 201, body: '{"name":"train"}' },
  ];
  const { client, requests } = clientWith({ repeatable: false }, answers);
  expect(await client.call(createFlow, { body: { name: "train" } })).toEqual({ name: "train" });
  expect(requests).toHaveLength(2);
});

test.each([400, 404, 409, 501])("%i is about the call itself and is never tried again", async (status) => {
  const { client, requests } = clientWith({ repeatable: true }, [{ status, body: "" }]);
  await expect(client.call(createFlow, { body: { name: "train" } })).rejects.toMatchObject({ status });
  expect(requests).toHaveLength(1);
});

test("an error says what the server said", async () => {
  const body = JSON.stringify({
    exception_message: "Invalid request received.",
    exception_detail: [{ loc: ["body", "name"], msg: "is missing" }],
  });
  const { client } = clientAnswering({ status: 422, body });
  const failed = client.call(createFlow, { body: { name: "" } });
  await expect(failed).rejects.toThrow(ApiError);
  await expect(failed).rejects.toThrow("POST /flows/ answered 422: Invalid request received. body.name: is missing");
});

test("a server that never answers is named, with what to do", async () => {
  const { client } = clientAnswering();
  await expect(client.call(filterFlows, {})).rejects.toThrow(ServerUnreachable);
  await expect(client.call(filterFlows, {})).rejects.toThrow(
    "at http://127.0.0.1:4200/api (no more answers). Start one",
  );
});

test("waits as long as a busy server asks, and not at the same moment as others", async () => {
  const waits: number[] = [];
  const clock = {
    ...immediate,
    after: (seconds: number, done: () => void) => immediate.after(waits.push(seconds), done),
  };
  const answers: TransportResponse[] = [429, 503, 200].map((status) => ({ status, body: "[]", retryAfterSeconds: 20 }));
  const transport = async () => answers.shift() ?? { status: 500, body: "" };
  const client = createClient({ baseUrl: "http://127.0.0.1:4200/api", clock, transport });
  expect(await client.call(filterFlows, {})).toEqual([]);
  expect(waits).toHaveLength(2);
  for (const seconds of waits) expect(seconds).toBeGreaterThanOrEqual(20);
  expect(waits[0]).not.toBe(waits[1]);
});

test("a busy server is named with what it said", async () => {
  const body = JSON.stringify({ exception_message: "Service Unavailable", exception_detail: "As much as it can take" });
  const { client } = clientAnswering({ status: 503, body, retryAfterSeconds: 3 });
  const failed = client.call(filterFlows, { retries: 0 });
  await expect(failed).rejects.toThrow("answered 503: Service Unavailable As much as it can take");
  await expect(failed).rejects.toMatchObject({ retryAfterSeconds: 3 });
});

test.each([
  ['{"detail":"Flow not found","code":"FLOW_NOT_FOUND"}', "FLOW_NOT_FOUND", true],
  ['{"detail":"Not Found","code":"PATH_NOT_FOUND"}', "PATH_NOT_FOUND", false],
  ['{"detail":"Flow not found"}', undefined, true],
  ["<html>Not Found</html>", undefined, true],
])(
  "tells a thing that is not there from a question that the server does not know: %s",
  async (body, reason, isGone) => {
    const { client } = clientAnswering({ status: 404, body });
    const error = await client.call(readFlow, { params: { id: "a" } }).catch((thrown: unknown) => thrown);
    expect([isNotFound(error), isUnknownQuestion(error)]).toEqual([isGone, reason === "PATH_NOT_FOUND"]);
    expect(error).toMatchObject({ status: 404, reason });
  },
);

test("says what to do where the server asks for a password, and does not try again", async () => {
  const { client, requests } = clientAnswering({ status: 401, body: '{"exception_message":"Unauthorized"}' });
  const error = await client.call(readFlow, { params: { id: "a" } }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AuthenticationFailed);
  expect(error).toMatchObject({ status: 401, message: expect.stringContaining("OSTINATO_API_AUTH_STRING") });
  expect(requests).toHaveLength(1);
});
