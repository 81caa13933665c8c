import { createServer } from "node:http";
import { expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { chooseConnection, defaultApiUrl, registerLocalServer } from "./connection.ts";

const recorder = recordOnOwnServer();
const local = { transport: async () => ({ status: 200, body: "" }), close: async () => {}, abandon() {} };
registerLocalServer(async () => local);

test("what the environment names comes first, ours before Prefect's", async () => {
  const both = {
    OSTINATO_API_URL: "http://ours/api/",
    PREFECT_API_URL: "http://field/api",
    PREFECT_API_AUTH_STRING: "a:b",
  };
  expect(await chooseConnection(both)).toEqual({ baseUrl: "http://ours/api", auth: "a:b", inProcess: false });
  expect(await chooseConnection({ PREFECT_API_URL: "http://field/api" })).toMatchObject({
    baseUrl: "http://field/api",
  });
});

test("then a server that is found at the default address, then one of our own", async () => {
  const address = await recorder.server.app.listen({ host: "127.0.0.1", port: 0 });
  const found = { OSTINATO_SERVER_PORT: new URL(address).port };
  expect(await chooseConnection(found)).toMatchObject({ baseUrl: `${address}/api`, inProcess: false });
  expect(await chooseConnection({ OSTINATO_SERVER_PORT: "9" })).toMatchObject({
    inProcess: true,
    transport: local.transport,
  });
});

test("something else that listens there is no server of ours", async () => {
  const other = createServer((_, response) => response.end("hello"));
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  const port = typeof address === "object" && address !== null ? String(address.port) : "";
  expect(await chooseConnection({ OSTINATO_SERVER_PORT: port })).toMatchObject({ inProcess: true });
  other.close();
});

test.each([
  [{}, "http://127.0.0.1:4200/api"],
  [{ OSTINATO_SERVER_PORT: "0" }, "http://127.0.0.1:4200/api"],
  [{ OSTINATO_SERVER_PORT: "4300" }, "http://127.0.0.1:4300/api"],
])("the default address for %j", (env, url) => {
  expect(defaultApiUrl(env)).toBe(url);
});
