import { filterLogs, logLevels } from "@ostinato/protocol";
import { describe, expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { currentRun, flow, log, NotInRun, task } from "../index.ts";
import { composeMessage } from "./log-line.ts";

const server = recordOnOwnServer();

test.each([
  ["plain", undefined, "plain"],
  ["read {rows} rows", { rows: 3 }, "read 3 rows"],
  ["rmse", { score: 7.76, model: "random forest" }, 'rmse score=7.76 model="random forest"'],
  ["read {rows} of {path}", { path: "a.csv", rows: 3, day: 1 }, "read 3 of a.csv day=1"],
  ["braces {stay}", { other: null }, "braces {stay} other=null"],
  [{ a: [1, 2] }, undefined, "{ a: [ 1, 2 ] }"],
])("composes %j with %j", (template, fields, expected) => {
  expect(composeMessage(template, fields)).toBe(expected);
});

test("lines belong to the run in which they are written, in order, with their level", async () => {
  const chatty = task(async function chatty(n: number) {
    log.debug("in the task {n}", { n });
    await Promise.resolve();
    log.error("still in the task");
  });
  const run = flow({ name: "chatty" }, async () => {
    log.info("before");
    await chatty(1);
    log.warning("after");
  })();
  await run;
  const id = await run.created;
  const lines = await server.client.call(filterLogs, {
    body: { logs: { flow_run_id: { any_: [id] } }, sort: "TIMESTAMP_ASC" },
  });
  const [taskRun] = await server.taskRuns(id);
  expect(lines.map(({ message, level, task_run_id }) => [message, level, task_run_id === taskRun?.id])).toEqual([
    ['started flow "chatty"', logLevels.info, false],
    ["before", logLevels.info, false],
    ["in the task 1", logLevels.debug, true],
    ["still in the task", logLevels.error, true],
    ["after", logLevels.warning, false],
    ["completed", logLevels.info, false],
  ]);
});

test("nothing is lost at the end of a run, whether it completes or fails", async () => {
  const many = (name: string, end: () => void) =>
    flow({ name }, async () => {
      for (let n = 0; n < 2500; n += 1) log.info(`line ${n}`);
      end();
    })();
  const runs = [
    many("fine", () => {}),
    many("bad", () => {
      throw new Error("bad end");
    }),
  ];
  await Promise.all(runs.map((run) => run.finished()));
  for (const run of runs) {
    let found = 0;
    const body = { logs: { flow_run_id: { any_: [await run.created] }, text: { query: "line" } } };
    for (let offset = 0; ; offset += 200) {
      const page = await server.client.call(filterLogs, { body: { ...body, offset } });
      found += page.length;
      if (page.length < 200) break;
    }
    expect(found).toBe(2500);
  }
});

describe("logPrints", () => {
  test("makes log lines of what a flow and its tasks print; a task may say otherwise", async () => {
    const printing = task(async function printing() {
      console.warn("careful %d", 7, { a: 1 });
    });
    const quiet = task({ logPrints: false }, async function quiet() {
      console.debug("only printed");
    });
    const run = flow({ name: "printing", logPrints: true }, async () => {
      console.log("hello");
      await printing();
      await quiet();
    })();
    await run;
    const lines = await server.logs(await run.created);
    expect(lines).toEqual(expect.arrayContaining(["hello", "careful 7 { a: 1 }"]));
    expect(lines).not.toContain("only printed");
  });
});

test("currentRun tells the run about itself, and says where it can be asked", async () => {
  expect(() => currentRun()).toThrow(NotInRun);
  const inner = task({ tags: ["t"] }, async function inner(x: number) {
    const { kind, name, attempt, tags, parameters, flowRun, taskRun, url, signal } = currentRun();
    return {
      x,
      kind,
      name,
      attempt,
      tags,
      parameters,
      flow: flowRun?.name,
      task: taskRun?.taskName,
      url,
      signal: signal.aborted,
    };
  });
  const outer = flow({ name: "outer", runName: "outer {n}" }, async ({ n }: { n: number }) => {
    const { kind, name, attempt, parameters, taskRun } = currentRun();
    return [{ kind, name, attempt, parameters, taskRun }, await inner(n + 1)];
  });
  expect(await outer({ n: 1 })).toEqual([
    { kind: "flow-run", name: "outer 1", attempt: 1, parameters: { n: 1 }, taskRun: undefined },
    {
      kind: "task-run",
      name: "inner-0",
      attempt: 1,
      tags: ["t"],
      parameters: { x: 2 },
      flow: "outer 1",
      task: "inner",
      url: undefined,
      signal: false,
      x: 2,
    },
  ]);
});
