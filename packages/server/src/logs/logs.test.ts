import { formatTimestamp, timeOrderedId } from "@ostinato/core";
import type { Log, LogCreate, LogFilter } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addFlowRun } from "../../test/flow-run-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { openTestSocket } from "../../test/socket-harness.ts";
import { logMatcher } from "./logs.rules.ts";

describeOnEachDatabase("logs", (database) => {
  let server: TestServer;
  let address: string;
  beforeAll(async () => {
    server = await startTestServer(database.url, { config: { socketBacklogBytes: 1_000_000 } });
    address = await server.listen();
  });
  afterAll(() => server.stop());

  const line = (given: Partial<LogCreate>): LogCreate => ({
    name: "prefect.flow_runs",
    level: 20,
    message: "hello",
    timestamp: formatTimestamp(server.context.clock.now()),
    ...given,
  });
  const post = async (lines: readonly unknown[]) => {
    expect(await server.call("POST", "/logs/", lines)).toMatchObject({ status: 201, body: null });
  };
  const find = async (body: object) => (await server.call<Log[]>("POST", "/logs/filter", body)).body;
  const messages = async (logs: LogFilter, sort = "TIMESTAMP_ASC") =>
    (await find({ logs, sort })).map(({ message }) => message);

  test("lines are found by time, and lines of the same time in the order in which they were sent", async () => {
    const flow_run_id = timeOrderedId(server.context.clock.now());
    const moments = ["2030-01-01 00:00:02+01:00", "2030-01-01T00:00:01.000001Z", 1893456000];
    await post(
      moments.flatMap((timestamp, moment) =>
        ["a", "b", "c"].map((text) => line({ message: `${moment}${text}`, timestamp, flow_run_id })),
      ),
    );
    const any_ = [flow_run_id.toUpperCase()];
    const ordered = ["0a", "0b", "0c", "2a", "2b", "2c", "1a", "1b", "1c"];
    expect(await messages({ flow_run_id: { any_ } })).toEqual(ordered);
    expect(await messages({ flow_run_id: { any_ } }, "TIMESTAMP_DESC")).toEqual(ordered.toReversed());
    const [log] = await find({ logs: { flow_run_id: { any_ } }, limit: 1, offset: 3 });
    expect(log).toEqual({
      id: expect.any(String),
      created: expect.any(String),
      updated: expect.any(String),
      name: "prefect.flow_runs",
      level: 20,
      message: "2a",
      timestamp: "2030-01-01T00:00:00Z",
      flow_run_id,
      task_run_id: null,
    });
  });

  test("the database finds the lines that the matcher lets pass", async () => {
    const [run, other, task] = [1, 2, 3].map(() => timeOrderedId(server.context.clock.now())) as [
      string,
      string,
      string,
    ];
    const texts = ["100% done_", "Error: no", 'a "quoted" word', "warning\nerror -5", "ok"];
    const lines = texts.flatMap((message, index) =>
      [run, other].map((flow_run_id, which) =>
        line({
          message,
          name: index === 4 ? "shop.Special" : "prefect.flow_runs",
          level: 10 * (1 + ((index + which) % 5)),
          flow_run_id,
          task_run_id: (index + which) % 2 === 0 ? task : null,
          timestamp: `2031-01-01T00:00:0${index}Z`,
        }),
      ),
    );
    await post(lines);
    const all = await find({ logs: { flow_run_id: { any_: [run, other] } } });
    expect(all).toHaveLength(10);
    const special = await find({ logs: { flow_run_id: { any_: [run] }, text: { query: "special" } } });
    expect(special.map(({ message }) => message)).toEqual(["ok"]);
    const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
    const range = fc.constantFrom("2031-01-01T00:00:01Z", "2031-01-01T00:00:03Z");
    const criteria: fc.Arbitrary<LogFilter> = fc.record(
      {
        operator: orNull(fc.constantFrom("and_" as const, "or_" as const)),
        level: fc.record({ ge_: orNull(fc.constantFrom(10, 30)), le_: orNull(fc.constantFrom(20, 40)) }),
        timestamp: fc.record({ before_: orNull(range), after_: orNull(range) }),
        flow_run_id: fc.record({ any_: fc.subarray([run, other]) }),
        task_run_id: fc.record({ any_: orNull(fc.subarray([task, run])), is_null_: orNull(fc.boolean()) }),
        text: fc.record({
          query: fc.constantFrom(
            "ERROR",
            "100%",
            "_",
            "-error",
            '"no"',
            '"-5"',
            "+error ok",
            "no ok",
            " ",
            "special",
            "-SHOP +o",
          ),
        }),
      },
      { requiredKeys: [] },
    );
    const ids = new Set(all.map(({ id }) => id));
    await fc.assert(
      fc.asyncProperty(criteria, async (logs) => {
        const reply = await server.call<Log[]>("POST", "/logs/filter", { logs });
        expect(reply.status).toBe(200);
        const found = reply.body.filter(({ id }) => ids.has(id)).map(({ id }) => id);
        expect(found).toEqual(all.filter(logMatcher(logs)).map(({ id }) => id));
      }),
      { numRuns: 150 },
    );
  });

  test("text that is too long is cut with a mark, and odd characters are shown with one", async () => {
    const flow_run_id = timeOrderedId(server.context.clock.now());
    const long = "x".repeat(1024 * 1024 + 5);
    await post([line({ message: "a\0b\ud800", flow_run_id, level: 2 ** 40 }), line({ message: long, flow_run_id })]);
    const found = await find({ logs: { flow_run_id: { any_: [flow_run_id] } }, limit: 2 });
    expect(found[0]).toMatchObject({ message: "a\ufffdb\ufffd", level: 2 ** 31 - 1 });
    expect(found[1]?.message).toMatch(/^x{1048576}… \(5 more characters were cut\)$/);
  });

  test("a page of lines is bounded by the size of an answer, and the download has the cut part", async () => {
    const flowRunId = await addFlowRun(server.context, "wordy");
    const words = ["ä".repeat(300_000), "b".repeat(300_000), "short"];
    await post(words.map((message) => line({ message, flow_run_id: flowRunId })));
    const most = Math.floor((16 * 1024 * 1024) / 200);
    const more = `… (${300_000 - most} more characters, which the download of the run's log has)`;
    const cut = ["ä".repeat(most) + more, "b".repeat(most) + more, "short"];
    expect(await messages({ flow_run_id: { any_: [flowRunId] } })).toEqual(cut);
    const window = await server.call<{ logs: Log[] }>("POST", "/ui/logs", { flow_run_id: flowRunId, limit: 200 });
    expect(window.body.logs.map(({ message }) => message)).toEqual(cut);
    const { body } = await server.call<string>("GET", `/flow_runs/${flowRunId}/logs/download`);
    expect(body.match(/ä+|b{99,}/g)?.map(({ length }) => length)).toEqual([300_000, 300_000]);
  });

  test("a subscriber that does not read is disconnected with the reason, and catches up when it reconnects", async () => {
    const flow_run_id = timeOrderedId(server.context.clock.now());
    const slow = await openTestSocket(address, "/logs/out");
    slow.send({ type: "filter", filter: { flow_run_id: { any_: [flow_run_id] } } });
    await slow.settled();
    slow.socket.pause();
    const dropped = async () =>
      (await server.call<string>("GET", "/metrics")).body.includes(
        'ostinato_sockets_dropped_total{path="/logs/out"} 1',
      );
    let sent = 0;
    while (!(await dropped())) {
      sent += 1;
      await post([line({ message: `${sent} ${"x".repeat(1_000_000)}`, flow_run_id })]);
    }
    slow.socket.resume();
    expect(await slow.closed).toEqual({ code: 1013, reason: "Too far behind: connect again, and read faster" });
    const again = await openTestSocket(address, "/logs/out");
    again.send({ type: "filter", filter: { flow_run_id: { any_: [flow_run_id] } } });
    await again.settled();
    await post([line({ message: "live again", flow_run_id })]);
    expect(await again.next()).toMatchObject({ log: { message: "live again" } });
    expect(await messages({ flow_run_id: { any_: [flow_run_id] } })).toHaveLength(sent + 1);
    await again.close();
  });

  test("a line that is sent again under its id is kept once", async () => {
    const flow_run_id = timeOrderedId(server.context.clock.now());
    const lines = ["a", "b"].map((message) =>
      line({ id: timeOrderedId(server.context.clock.now()), message, flow_run_id }),
    );
    await post(lines);
    await post([...lines, line({ message: "c", flow_run_id })]);
    expect(await messages({ flow_run_id: { any_: [flow_run_id] } })).toEqual(["a", "b", "c"]);
  });

  test("an invalid request names its problem, and nothing of it is stored", async () => {
    const flow_run_id = timeOrderedId(server.context.clock.now());
    const reply = await server.call("POST", "/logs/", [line({ flow_run_id }), { ...line({}), timestamp: "yesterday" }]);
    expect(reply).toMatchObject({
      status: 422,
      body: { exception_detail: expect.arrayContaining([expect.objectContaining({ loc: ["body", 1, "timestamp"] })]) },
    });
    expect(await find({ logs: { flow_run_id: { any_: [flow_run_id] } } })).toEqual([]);
    expect((await server.call("POST", "/logs/filter", { limit: 201 })).status).toBe(422);
    expect((await server.call("POST", "/logs/filter", { logs: { colour: 1 } })).status).toBe(422);
    await post([]);
  });

  test("all lines of a run can be downloaded as CSV, however many", async () => {
    const flowRunId = await addFlowRun(server.context, 'über "run"');
    const odd = ['a,"b"\nc', "=1+1", "-1.5"];
    const lines = Array.from({ length: 4100 }, (_, index) =>
      line({ message: odd[index] ?? `line ${index}`, flow_run_id: flowRunId }),
    );
    for (let sent = 0; sent < lines.length; sent += 1000) await post(lines.slice(sent, sent + 1000));
    const reply = await server.call<string>("GET", `/flow_runs/${flowRunId}/logs/download`);
    expect(reply.status).toBe(200);
    expect(reply.headers["content-type"]).toContain("text/csv");
    expect(reply.headers["content-disposition"]).toBe(
      `attachment; filename="_ber _run_-logs.csv"; filename*=UTF-8''%C3%BCber%20%22run%22-logs.csv`,
    );
    const [head, ...records] = reply.body.trimEnd().split("\r\n");
    expect(head).toBe("timestamp,level,flow_run_id,task_run_id,message");
    expect(records).toHaveLength(4100);
    expect(records[0]).toBe(`${lines[0]?.timestamp},20,${flowRunId},,"a,""b""\nc"`);
    // A spreadsheet is to run nothing of it.
    expect(records.slice(1, 3).map((record) => record.split(",").at(-1))).toEqual(["'=1+1", "-1.5"]);
    expect(records.at(-1)).toMatch(/,line 4099$/);
    const missing = timeOrderedId(server.context.clock.now());
    expect((await server.call("GET", `/flow_runs/${missing}/logs/download`)).status).toBe(404);
  });

  test("subscribers get the matching lines as they arrive", async () => {
    const flow_run_id = timeOrderedId(server.context.clock.now());
    const socket = await openTestSocket(address, "/logs/out");
    socket.send({ type: "filter", filter: { flow_run_id: { any_: [flow_run_id] }, level: { ge_: 30 } } });
    await socket.settled();
    await post([line({ flow_run_id }), line({ level: 40 }), line({ level: 40, flow_run_id, message: "heard" })]);
    expect(await socket.next()).toMatchObject({ type: "log", log: { message: "heard", level: 40, flow_run_id } });
    await socket.close();
    const wrong = await openTestSocket(address, "/logs/out");
    wrong.send({ type: "filter", filter: { level: 5 } });
    expect(await wrong.closed).toMatchObject({ code: 1002, reason: expect.stringContaining("Invalid filter: level") });
  });
});
