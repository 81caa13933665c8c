import { filterTaskRuns, listTaskRunStates } from "@ostinato/protocol";
import { expect, test } from "vitest";
import { injecting, recordOnOwnServer } from "../../test/harness.ts";
import { completed, failed, flow, task } from "../index.ts";
import { session, useConnection } from "./session.ts";

const server = recordOnOwnServer();

/** The server behind one that refuses events in which these words are, as a proxy with rules of its own may. */
function refusing(words: RegExp) {
  const transport = injecting(server.server);
  return useConnection({
    baseUrl: "in-process",
    inProcess: true,
    transport: async (request) =>
      request.path.startsWith("/events") && words.test(request.body ?? "")
        ? { status: 422, body: JSON.stringify({ detail: "these words are not taken" }) }
        : await transport(request),
  });
}

const say = task(async function say(text: string) {
  return completed(text, { message: `said ${text}` });
});
const fail = task(async function fail(text: string) {
  throw Object.assign(new Error("it broke"), { said: text });
});

async function statesOf(flowRunId: string) {
  const runs = await server.client.call(filterTaskRuns, {
    body: { flow_runs: { id: { any_: [flowRunId] } }, sort: "EXPECTED_START_TIME_ASC" },
  });
  return await Promise.all(
    runs.map(async ({ id }) => {
      const states = await server.client.call(listTaskRunStates, { query: { task_run_id: id } });
      return states.map(({ type, message }) => `${type} ${message ?? ""}`.trim());
    }),
  );
}

test("a state whose details the server refuses is told without them, so that no task run stays in the one before", async () => {
  await using _ = await refusing(/"data":"[^"]*loudly|said: |"preview":[^}]*loudly/);
  const run = flow({ name: "refused" }, async () => {
    await say("quietly");
    await say("loudly");
    await fail.state("loudly");
    return "over";
  })();
  await run;
  const id = await run.created;
  await (await session()).events.flush();
  const left = expect.stringContaining("(without inputs, result and details, which the server refused: ");
  const [quiet, loud, broken] = await statesOf(id);
  expect(quiet).toEqual(["PENDING", "RUNNING", "COMPLETED said quietly"]);
  expect(loud?.map((state) => state.split(" ")[0])).toEqual(["PENDING", "RUNNING", "COMPLETED"]);
  expect([loud?.[1], loud?.[2]]).toEqual([left, left]);
  expect(broken?.map((state) => state.split(" ")[0])).toEqual(["PENDING", "RUNNING", "FAILED"]);
});

test("tags and names of states of any length and number are recorded", async () => {
  const tags = Array.from({ length: 150 }, (_, index) => `tag ${index}`);
  const name = "\u6f22".repeat(3000);
  const many = task({ tags: [...tags, name] }, async function many() {
    return failed("no", { name });
  });
  const run = flow(async function recorded() {
    await many.state();
    return "over";
  })();
  await run;
  const [recorded] = await server.taskRuns(await run.created);
  expect(recorded).toMatchObject({ state_type: "FAILED", state_name: `${name.slice(0, 799)}…` });
  expect(recorded?.tags).toHaveLength(151);
});

test("what is nested deeper than calls can be is no failure", async () => {
  const deep = () => {
    let value: object = {};
    for (let depth = 0; depth < 20_000; depth += 1) value = { value };
    return value;
  };
  const make = task(async function make() {
    return deep();
  });
  const take = task(async function take(value: object) {
    return Object.keys(value).length;
  });
  const run = flow(async function nested() {
    await make();
    return await take(deep());
  })();
  expect(await run).toBe(1);
});
