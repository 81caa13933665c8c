import type { ReplyOf, readLogWindow } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";
import { type Story, story } from "../../../test/page-fixtures.ts";

type Window = ReplyOf<typeof readLogWindow>;

describeOnEachDatabase("a window on logs", (database) => {
  let server: TestServer;
  let told: Story;
  let run: string;
  let task: string;
  let child: string;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    told = story(server);
    const flow = await told.flow("train");
    run = await told.flowRun(flow, { states: [{ type: "RUNNING", at: 0 }] });
    task = await told.taskRun(run, { states: [{ type: "RUNNING", at: 0 }] });
    child = await told.flowRun(flow, { states: [{ type: "RUNNING", at: 0 }], parent: task });
    await told.logs(
      Array.from({ length: 100 }, (_, index) => ({
        at: Math.floor(index / 2), // Two lines share each moment.
        message: `line ${index}`,
        level: index === 70 || index === 90 ? 40 : index % 10 === 0 ? 30 : 20,
        flowRun: run,
        ...(index % 4 === 0 ? { taskRun: task } : {}),
      })),
    );
    await told.logs([{ at: 10, message: "of the child", flowRun: child }]);
  });
  afterAll(() => server.stop());

  const window = async (body: object) =>
    (await server.call<Window>("POST", "/ui/logs", { flow_run_id: run, ...body })).body;
  const numbers = ({ logs }: Window) => logs.map(({ message }) => Number(/\d+/.exec(message)?.[0]));
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

  test.each([
    ["at the beginning", { limit: 10 }, 0, 10],
    ["at the end", { anchor: "tail", limit: 10 }, 90, 100],
    ["at the first error, with what led to it", { anchor: "first-error", limit: 9 }, 67, 76],
    ["anywhere in the first half", { offset: 33, limit: 5 }, 33, 38],
    ["anywhere in the second half", { offset: 80, limit: 5 }, 80, 85],
    ["at the last line", { offset: 98, limit: 50 }, 98, 100],
  ])("opens %s", async (_, body, from, to) => {
    const found = await window(body);
    expect(numbers(found)).toEqual(range(from, to));
    expect(found).toMatchObject({ position: from, total: 100, first_error_position: 70 });
    expect(found.before === null).toBe(from === 0);
    expect(found.after === null).toBe(to === 100);
  });

  test("past the end there is nothing", async () => {
    expect(await window({ offset: 500 })).toMatchObject({ logs: [], position: 100, total: 100, after: null });
  });

  test("moves on and back by its cursors without a gap", async () => {
    const first = await window({ offset: 45, limit: 7 });
    expect(numbers(await window({ after: first.after, limit: 7 }))).toEqual(range(52, 59));
    expect(numbers(await window({ before: first.before, limit: 7 }))).toEqual(range(38, 45));
  });

  test("is narrowed by level, text and task run, and counts what is left", async () => {
    const warnings = await window({ level: 30, limit: 3 });
    expect([numbers(warnings), warnings.total]).toEqual([[0, 10, 20], 10]);
    const text = await window({ text: "LINE 7", anchor: "tail" });
    expect([numbers(text), text.first_error_position]).toEqual([[7, ...range(70, 80)], 1]);
    const ofTask = await server.call<Window>("POST", "/ui/logs", { task_run_id: task, limit: 2 });
    expect([numbers(ofTask.body), ofTask.body.total, ofTask.body.first_error_id]).toEqual([[0, 4], 25, null]);
  });

  test("takes a text as it is", async () => {
    expect((await window({ text: "%" })).total).toBe(0);
  });

  test("includes subflows when asked", async () => {
    expect((await window({ subflows: true })).total).toBe(101);
    expect((await window({ subflows: true, text: "child" })).logs).toMatchObject([{ flow_run_id: child }]);
  });

  test("a run without errors opens at its end when the error is asked for", async () => {
    const found = await server.call<Window>("POST", "/ui/logs", { flow_run_id: child, anchor: "first-error" });
    expect(found.body).toMatchObject({ total: 1, first_error_id: null, logs: [{ message: "of the child" }] });
  });
});
