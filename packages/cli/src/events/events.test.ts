import { createServer, readConfig, type Server } from "@ostinato/server";
import { openDatabase, type TestDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeWorkplace, type Workplace } from "../../test/command.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let place: Workplace;
let server: Server;
let database: TestDatabase;

beforeAll(async () => {
  database = await openDatabase("postgresql");
  const config = readConfig({
    OSTINATO_DATABASE_URL: database.url,
    OSTINATO_SERVER_PORT: "0",
    OSTINATO_LOG_LEVEL: "silent",
  });
  server = await createServer({ config });
  place = makeWorkplace({ OSTINATO_API_URL: `${await server.listen()}/api` });
});

afterAll(async () => {
  await server.stop();
  place.dispose();
  await database.dispose();
});

test("events are emitted, and streamed from those of the last minutes on, by the beginning of their names and by resource", async () => {
  const emit = async (name: string, ...args: readonly string[]) => {
    const { stdout, stderr } = await place.run("events", "emit", name, ...args, "--json");
    expect(stderr).toBe("");
    return JSON.parse(stdout);
  };
  const first = await emit("model.trained", "--resource", "model/taxi", "--payload", '{"rmse": 7.76}');
  await emit("model.trained", "--resource", "model/other");
  await emit("order.paid", "--resource", "order/1");
  const streaming = ["events", "stream", "--prefix", "model.", "--resource", "model/taxi", "--since", "1h"];
  const asJson = place.start(...streaming, "--count", "2", "--json");
  const asLines = place.start(...streaming, "--count", "2");
  await Promise.all([asJson, asLines].map((running) => running.printed("model.trained")));
  const related = ["--related", '{"id": "model/taxi", "role": "model"}', "--follows", first.id];
  const second = await emit("model.published", "--resource", '{"id": "release/1", "name": "One"}', ...related);
  const { stdout, stderr, code } = await asJson.finished;
  expect({ stderr, code }).toEqual({ stderr: "Waiting for events. Stop with Ctrl-C.\n", code: 0 });
  const events = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events).toMatchObject([
    { id: first.id, payload: { rmse: 7.76 } },
    {
      id: second.id,
      follows: first.id,
      resource: { "prefect.resource.id": "release/1", "prefect.resource.name": "One" },
    },
  ]);
  const lines = (await asLines.finished).stdout;
  expect(lines).toMatch(/ {2}model\.trained {2}model\/taxi\n.* {2}model\.published {2}One {2}release\/1\n$/);
});

test("a stream goes on until it is stopped", async () => {
  const streaming = place.start("events", "stream");
  await streaming.printed("Waiting for events.");
  streaming.child.kill("SIGINT");
  expect(await streaming.finished).toMatchObject({ code: 0, stdout: "" });
});

test("an event is emitted by the words of Prefect's command", async () => {
  const labels = ["--resource", "shop.kind=order", "-r", "shop.note=a=b", "--resource-id", "order.7"];
  const emitted = await place.run("event", "emit", "order.kept", ...labels, "-p", '{"n": 1}', "--json");
  expect(emitted.stderr).toBe("");
  expect(JSON.parse(emitted.stdout)).toMatchObject({
    resource: { "prefect.resource.id": "order.7", "shop.kind": "order", "shop.note": "a=b" },
    payload: { n: 1 },
  });
});

test("what is wrong with an event is said by its field", async () => {
  const wrong = await place.run("events", "emit", "a", "--resource", "b", "--related", '{"id": "c"}');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('emit("a"): related[0] has no role');
  expect((await place.run("events", "emit", "a")).stderr).toContain("Give --resource, what the event is about");
  expect((await place.run("events", "emit", "a", "-r", "b", "--resource-id", "c")).stderr).toContain(
    "--resource b is not a label. Write each as name=value",
  );
  expect((await place.run("events", "emit", "a", "--resource", "b", "--payload", "5")).stderr).toContain(
    "--payload is not a JSON object",
  );
  expect((await place.run("events", "stream", "--since", "yesterday")).stderr).toContain("Give a duration: 30s");
});

test("an automation is tried over past events before it is saved, its actions are run by hand, and its firings are listed", async () => {
  const automation = {
    name: "on payment",
    trigger: { type: "event", posture: "Reactive", expect: ["shop.paid"] },
    actions: [{ type: "do-nothing" }],
  };
  const given = ["--from-json", JSON.stringify(automation)];
  await place.run("events", "emit", "shop.paid", "--resource", "order/1");
  const tested = await place.run("automation", "test", ...given);
  expect(tested.stdout).toMatch(
    /^It would have fired once since .* it counts 1\.\n {2}.* shop\.paid of order\/1\n {4}do-nothing\n$/,
  );
  expect((await place.run("automation", "create", ...given)).code).toBe(0);
  expect((await place.run("automation", "history", "on payment")).stdout).toBe("It has not fired yet.\n");
  expect((await place.run("automation", "run-actions", "on payment")).stdout).toMatch(
    /^With shop\.paid \(.*\):\n {2}do-nothing executed\n$/,
  );
  await place.run("events", "emit", "shop.paid", "--resource", "order/2");
  await expect
    .poll(async () => (await place.run("automation", "history", "on payment")).stdout, {
      timeout: 60_000,
      interval: 200,
    })
    .toMatch(/ shop\.paid +do-nothing executed /);
  expect((await place.run("automation", "test")).stderr).toContain("Give the name of an automation, or --from-file");
});
