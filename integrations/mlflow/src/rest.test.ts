import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { mlflow } from "./index.ts";
import { logBatches } from "./log-batches.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
  vi.unstubAllEnvs();
});

/** A server that answers as MLflow, or what stands before it, does. */
async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const refusing = (status: number, body: string) => answering((_, response) => response.writeHead(status).end(body));
const inJson = (error_code: string, message: string) => JSON.stringify({ error_code, message });

test.each([
  {
    title: "a host name that MLflow 3 does not take",
    status: 403,
    body: "Invalid Host header - possible DNS rebinding attack detected",
    says: /refused experiments\/get-by-name: 403 Invalid Host header .*; it takes requests for some host names only: start it with --allowed-hosts "127\.0\.0\.1:\d+"/,
  },
  {
    title: "a wrong password",
    status: 401,
    body: "You are not authenticated.",
    says: /401 You are not authenticated\.; check the username and the password, or the token, of the block/,
  },
  {
    title: "a user without the permission",
    status: 403,
    body: inJson("PERMISSION_DENIED", "Permission denied"),
    says: /403 Permission denied; the user may not do that/,
  },
  {
    title: "an address where something else listens",
    status: 404,
    body: "<html><body><h1>Not Found</h1></body></html>",
    says: /404 Not Found; check that tracking_uri is the address of an MLflow server/,
  },
  { title: "a long page of a proxy", status: 400, body: "x".repeat(5000), says: /: 400 x{300}…$/ },
])("says what to do about $title", async ({ status, body, says }) => {
  const url = await refusing(status, body);
  const asked = mlflow({ url }).experiment("taxi");
  await expect(asked).rejects.toThrow(says);
  await expect(asked).rejects.toMatchObject({ name: "MlflowError", code: "MLFLOW_REFUSED", status });
});

test.each([
  { status: 404, body: inJson("RESOURCE_DOES_NOT_EXIST", "Registered Model with name=fares not found") },
  { status: 400, body: inJson("INVALID_PARAMETER_VALUE", "Registered model alias champion not found.") },
])("takes $status for absent where MLflow says that something is not found", async ({ status, body }) => {
  const url = await refusing(status, body);
  expect(await mlflow({ url }).modelVersion("fares", "champion")).toBeUndefined();
});

test("asks again what may be asked twice while a server restarts, and begins no second run", async () => {
  const asked: string[] = [];
  const url = await answering((request, response) => {
    asked.push(String(request.url).replace(/^.*mlflow\//, ""));
    if (asked.length === 1) response.writeHead(503).end("restarting");
    else if (request.method === "GET")
      response.end(JSON.stringify({ experiment: { experiment_id: "1", name: "taxi" } }));
    else response.writeHead(503).end("restarting");
  });
  await expect(mlflow({ url }).startRun({ experiment: "taxi" })).rejects.toThrow("refused runs/create: 503 restarting");
  const experiment = "experiments/get-by-name?experiment_name=taxi";
  expect(asked).toEqual([experiment, experiment, "runs/create"]);
});

test("signs in by a password or a token, of the options or of MLflow's own variables", async () => {
  const seen: (string | undefined)[] = [];
  const url = await answering(({ headers }, response) => {
    seen.push(headers.authorization);
    response.end("3.17.2");
  });
  vi.stubEnv("MLFLOW_TRACKING_URI", url);
  vi.stubEnv("MLFLOW_TRACKING_USERNAME", "of-the-machine");
  vi.stubEnv("MLFLOW_TRACKING_PASSWORD", "secret");
  await mlflow().version();
  await mlflow({ username: "ada", password: "ü" }).version();
  vi.stubEnv("MLFLOW_TRACKING_TOKEN", "t-1");
  await mlflow().version();
  await mlflow({ username: "ada", password: "ü" }).version();
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;
  expect(seen).toEqual([basic("of-the-machine:secret"), basic("ada:ü"), "Bearer t-1", basic("ada:ü")]);
});

test.each([
  { url: "", says: "tracking_uri is missing: give the address of an MLflow server" },
  { url: "mlflow:5000", says: 'tracking_uri is "mlflow:5000": give the address of an MLflow server' },
  { url: "sqlite:///mlflow.db", says: 'tracking_uri is "sqlite:///mlflow.db": give the address' },
])("refuses the address $url", ({ url, says }) => {
  expect(() => mlflow({ url })).toThrow(says);
});

test("says which server did not answer", async () => {
  const url = await refusing(500, "");
  for (const close of closing.splice(0)) close();
  await expect(mlflow({ url }).version()).rejects.toThrow(
    /^MLflow at http:\/\/127\.0\.0\.1:\d+ did not answer GET version \(ECONNREFUSED\); check the network, and tracking_uri$/,
  );
});

test("keeps to the limits of one request", () => {
  const params = Array.from({ length: 250 }, (_, index) => ({ key: `p${index}`, value: "1" }));
  const metrics = Array.from({ length: 1001 }, (_, step) => ({ key: "loss", value: 1, timestamp: 0, step }));
  const sizes = logBatches({ params, metrics }).map((batch) => [batch.params?.length, batch.metrics?.length]);
  expect(sizes).toEqual([
    [100, undefined],
    [100, undefined],
    [50, undefined],
    [undefined, 1000],
    [undefined, 1],
  ]);
  expect(logBatches({})).toEqual([]);
});
