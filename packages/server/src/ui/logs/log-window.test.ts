import type { findLogLine, ReplyOf, readLogWindow } from "@ostinato/protocol";
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
    task = await told.taskRun(run, { states: [{ type: "RUNNING", at: 0 }], key: "fit-1a2b" });
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
    await told.logs([{ at: 10.5, message: "of the child", flowRun: child }]);
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

  test("opens at the failure: at the last error, with what led to it", async () => {
    const found = await window({ anchor: "failure", limit: 9 });
    expect(numbers(found)).toEqual(range(87, 96));
    expect(found).toMatchObject({ opens_at: 90, error_count: 2, numbers: null });
    const filtered = await window({ anchor: "failure", level: 30, limit: 3 });
    expect(filtered).toMatchObject({ opens_at: 9, error_count: 2, numbers: [81, 91] });
  });

  test("opens at the last error of the task that brought the run down, also where it is of a subflow", async () => {
    const flow = await told.flow("outer");
    const failed = (message: string, at: number) => [
      { type: "RUNNING", at },
      { type: "FAILED", at: at + 5, message },
    ];
    const outer = await told.flowRun(flow, { states: failed("Task 'ingest' failed: HTTP 503", 0) });
    const call = await told.taskRun(outer, { states: failed("Task 'ingest' failed: HTTP 503", 1) });
    const inner = await told.flowRun(flow, { states: failed("HTTP 503", 1), parent: call });
    const part = await told.taskRun(inner, { states: failed("HTTP 503", 2) });
    const error = { level: 40, message: "line 3" };
    await told.logs([
      { at: 1, message: "line 1", flowRun: outer },
      { at: 2, message: "line 2", flowRun: inner, taskRun: part, level: 40 },
      { at: 3, ...error, flowRun: inner, taskRun: part },
      { at: 4, message: "line 4", flowRun: inner },
      { at: 5, message: "line 5", flowRun: outer, level: 40 },
    ]);
    const nested = await window({ flow_run_id: outer, subflows: true, anchor: "failure" });
    expect(nested).toMatchObject({ total: 5, opens_at: 2, error_count: 3 });
    expect(await window({ flow_run_id: outer, anchor: "failure" })).toMatchObject({ total: 2, opens_at: 1 });
  });

  test.each([
    ["the whole log", {}, 33, 32],
    ["a filtered log that has it", { level: 30 }, 71, 7],
    ["a filtered log, at the next line that matches", { level: 30 }, 33, 4],
    ["an end before it", {}, 5000, 99],
  ])("opens at a line by its number in %s", async (_, filter, line, opensAt) => {
    const found = await window({ ...filter, line, limit: 30 });
    expect(found.opens_at).toBe(opensAt);
    expect(found.position).toBeLessThanOrEqual(opensAt);
    expect(found.position + found.logs.length).toBeGreaterThan(opensAt);
  });

  test("says the number that a line has in the whole log", async () => {
    const found = await window({ level: 30, offset: 5, limit: 3 });
    expect([numbers(found), found.numbers]).toEqual([
      [50, 60, 70],
      [51, 61, 71],
    ]);
    expect((await window({ subflows: true, text: "child" })).numbers).toEqual([23]);
    expect((await window({ text: "nowhere" })).numbers).toEqual([]);
  });

  test("is narrowed to the runs of a task, and to the time of an attempt", async () => {
    const ofTask = await window({ task_key: "fit-1a2b", limit: 3 });
    expect([numbers(ofTask), ofTask.total, ofTask.numbers]).toEqual([[0, 4, 8], 25, [1, 5, 9]]);
    expect((await window({ task_key: "other" })).total).toBe(0);
    const [begin] = (await window({ offset: 20, limit: 1 })).logs;
    const [end] = (await window({ offset: 30, limit: 1 })).logs;
    const attempt = await window({ since: begin?.timestamp, until: end?.timestamp });
    expect(numbers(attempt)).toEqual(range(20, 30));
    expect(attempt.numbers).toEqual(range(21, 31));
  });

  const find = async (body: object) =>
    (await server.call<ReplyOf<typeof findLogLine>>("POST", "/ui/logs/find", { flow_run_id: run, ...body })).body;

  test("finds the next and the previous error from a line, and begins anew after the last one", async () => {
    const first = await find({ direction: "next" });
    expect(first).toMatchObject({ total: 2, found: { position: 70, line: 71, index: 1 } });
    const second = await find({ direction: "next", from: first.found?.log });
    expect(second.found).toMatchObject({ position: 90, line: 91, index: 2 });
    expect((await find({ direction: "next", from: second.found?.log })).found).toMatchObject({ index: 1 });
    expect((await find({ direction: "previous", from: second.found?.log })).found).toMatchObject({ index: 1 });
    expect((await find({ direction: "previous" })).found).toMatchObject({ index: 2 });
  });

  test("finds a text among the lines that match, each with its number in the whole log", async () => {
    expect(await find({ direction: "next", find: "LINE 9" })).toMatchObject({ total: 11, found: { line: 10 } });
    const among = await find({ direction: "previous", find: "line 9", level: 30 });
    expect(among).toMatchObject({ total: 1, found: { position: 9, line: 91, index: 1 } });
    expect(await find({ direction: "next", find: "nowhere" })).toEqual({ found: null, total: 0 });
  });
});
