import { timeOrderedId } from "@ostinato/core";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../test/harness.ts";
import { openTestSocket } from "../test/socket-harness.ts";
import { taskRunEvent } from "../test/task-run-event-harness.ts";

/** What JavaScript would change, as Python clients send it. */
const exact =
  '{"id":9007199254740993,"big":1180591620717411303424,"rate":1.0,"tiny":-0.0,"wide":[1e16,{"at":[2.0,2]}]}';

describeOnEachDatabase("numbers as they were written", (database) => {
  let server: TestServer;
  let address: string;
  let flowId: string;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    address = await server.listen();
    flowId = (await server.call<{ id: string }>("POST", "/flows/", { name: "exact" })).body.id;
  });
  afterAll(() => server.stop());

  type Method = "GET" | "POST" | "PUT" | "PATCH";

  /** The answer as text, which shows the numbers as they are. */
  async function ask(method: Method, path: string, body?: string): Promise<{ status: number; text: string }> {
    const sent = body === undefined ? {} : { payload: body, headers: { "content-type": "application/json" } };
    const reply = await server.app.inject({ method, url: `/api${path}`, ...sent });
    return { status: reply.statusCode, text: reply.body };
  }

  async function createRun(fields: string): Promise<string> {
    const made = await ask("POST", "/flow_runs/", `{"flow_id":"${flowId}",${fields}}`);
    expect(made).toMatchObject({ status: 201 });
    return (JSON.parse(made.text) as { id: string }).id;
  }

  test("parameters, context, job variables and labels of a flow run, in each answer that holds them", async () => {
    const labels = '{"customer":9007199254740993,"share":1.0,"vip":true}';
    const id = await createRun(
      `"parameters":${exact},"context":${exact},"job_variables":${exact},"labels":${labels},"empirical_policy":{"retries":1.0,"retry_delay":2.0}`,
    );
    const found = [
      await ask("GET", `/flow_runs/${id}`),
      await ask("POST", "/flow_runs/filter", `{"flow_runs":{"id":{"any_":["${id}"]}},"limit":5.0}`),
      await ask("POST", "/flow_runs/paginate", `{"flow_runs":{"id":{"any_":["${id}"]}}}`),
      await ask("GET", `/ui/flow_runs/${id}`),
    ];
    for (const { status, text } of found) {
      expect(status).toBe(200);
      expect(text).toContain(`"parameters":${exact}`);
    }
    for (const { text } of found.slice(0, 3)) {
      expect(text).toContain(`"context":${exact}`);
      expect(text).toContain(`"job_variables":${exact}`);
      expect(text).toContain(labels.slice(1));
      // A field of the API is a number like others.
      expect(text).toMatch(/"retries":1,"retry_delay":2[,}]/);
    }
    await ask("PATCH", `/flow_runs/${id}`, '{"parameters":{"id":9007199254740995}}');
    await ask("PATCH", `/flow_runs/${id}/labels`, '{"customer":9007199254740995,"half":2.0}');
    const changed = (await ask("GET", `/flow_runs/${id}`)).text;
    expect(changed).toContain('"parameters":{"id":9007199254740995}');
    expect(changed).toContain('"customer":9007199254740995,"share":1.0,"vip":true,"half":2.0}');
  });

  test("two ids that differ in their last digit are two", async () => {
    const runs = await Promise.all([
      createRun('"parameters":{"id":9007199254740992}'),
      createRun('"parameters":{"id":9007199254740993}'),
    ]);
    const texts = await Promise.all(runs.map(async (id) => (await ask("GET", `/flow_runs/${id}`)).text));
    expect(texts.map((text) => /"parameters":\{"id":(\d+)\}/.exec(text)?.[1])).toEqual([
      "9007199254740992",
      "9007199254740993",
    ]);
  });

  test("what a state carries", async () => {
    const id = await createRun('"parameters":{}');
    const state = `{"type":"COMPLETED","data":${exact},"state_details":{"pause_reschedule":false,"pause_timeout":1790000000.0}}`;
    const set = await ask("POST", `/flow_runs/${id}/set_state`, `{"state":${state},"force":true}`);
    expect(set.text).toContain(`"data":${exact}`);
    expect(set.text).toContain('"pause_timeout":"2026-09-21T');
    expect((await ask("GET", `/flow_runs/${id}`)).text).toContain(`"data":${exact}`);
    expect((await ask("GET", `/flow_run_states/?flow_run_id=${id}`)).text).toContain(`"data":${exact}`);
  });

  test("what artifacts and saved searches hold", async () => {
    const made = await ask("POST", "/artifacts/", `{"key":"exact","type":"table","data":[${exact}]}`);
    expect(made.text).toContain(`"data":[${exact}]`);
    const { id } = JSON.parse(made.text) as { id: string };
    expect((await ask("GET", "/artifacts/exact/latest")).text).toContain(`"data":[${exact}]`);
    await ask("PATCH", `/artifacts/${id}`, '{"data":9007199254740993}');
    expect((await ask("GET", `/artifacts/${id}`)).text).toContain('"data":9007199254740993');
    const progress = await ask("POST", "/artifacts/", '{"key":"half","type":"progress","data":50.0}');
    expect(progress.text).toContain('"data":50.0');
    expect((await ask("POST", "/ui/artifacts/list", "{}")).text).toContain('{"kind":"progress","share":0.5}');
    const filters = '[{"object":"flow","property":"p","type":"number","operation":"equals","value":9007199254740993}]';
    expect((await ask("PUT", "/saved_searches/", `{"name":"big","filters":${filters}}`)).text).toContain(filters);
  });

  test("what events tell, when they come in, go out and are found", async () => {
    const [reader, writer] = [
      await openTestSocket(address, "/events/out"),
      await openTestSocket(address, "/events/in"),
    ];
    const heard = new Promise<string>((resolve) => reader.socket.on("message", (data) => resolve(String(data))));
    reader.send('{"type":"filter","filter":{"event":{"name":["order.paid"]}}}');
    await reader.settled();
    const occurred = new Date().toISOString();
    const event = (id: string) =>
      `{"id":"${id}","occurred":"${occurred}","event":"order.paid","resource":{"prefect.resource.id":"order.1"},"payload":${exact}}`;
    writer.send(event(timeOrderedId(server.context.clock.now())));
    await writer.settled();
    expect(await heard).toContain(`"payload":${exact}`);
    expect(await ask("POST", "/events", `[${event(timeOrderedId(server.context.clock.now()))}]`)).toMatchObject({
      status: 204,
    });
    const found = await ask("POST", "/events/filter", '{"filter":{"event":{"name":["order.paid"]}},"limit":10.0}');
    expect(found.text.split(`"payload":${exact}`)).toHaveLength(3);
    await Promise.all([reader.close(), writer.close()]);
  });

  test("a task run that Python tells of: numbers of the run are plain, its data and labels are as they came", async () => {
    const flowRunId = await createRun('"parameters":{}');
    const taskRunId = timeOrderedId(server.context.clock.now());
    const told = taskRunEvent({
      taskRunId,
      flowRunId,
      type: "COMPLETED",
      occurred: server.context.clock.now(),
      run: { total_run_time: "@1.0", run_count: "@2.0", labels: { share: "@1.0" } },
      values: {
        inputs: [
          { name: "id", preview: { kind: "scalar", size_bytes: null, truncated: false, value: "@9007199254740993" } },
        ],
        result: {
          format: "devalue",
          data: "[1]",
          preview: { kind: "scalar", size_bytes: "@3.0", truncated: false, value: "@9007199254740995" },
        },
      },
    });
    const text = JSON.stringify(told)
      .replace('"retry_delay":0', '"retry_delay":3.0')
      .replace('"data":null', `"data":${exact}`)
      .replace(/"@([\d.]+)"/g, "$1");
    const writer = await openTestSocket(address, "/events/in");
    writer.send(text);
    await writer.settled();
    await writer.close();
    const run = (await ask("GET", `/task_runs/${taskRunId}`)).text;
    expect(run).toMatch(/"run_count":2,.*"total_run_time":1,/);
    expect(run).toContain('"retry_delay":3');
    expect(run).toContain('"share":1.0');
    expect(run).toContain(`"data":${exact}`);
    expect((await ask("GET", `/task_runs/${taskRunId}/inputs`)).text).toContain('"value":9007199254740993');
    expect((await ask("GET", `/task_runs/${taskRunId}/result`)).text).toContain('"value":9007199254740995');
  });

  test("a run that waits for an integer gets all its digits", async () => {
    const id = await createRun('"parameters":{}');
    const keyset = { schema: "schema", response: "response", description: "description" };
    const schema = '{"type":"object","properties":{"customer":{"type":"integer"},"share":{"type":"number"}}}';
    await ask("POST", `/flow_runs/${id}/input`, JSON.stringify({ key: "schema", value: schema }));
    await ask("POST", `/flow_runs/${id}/set_state`, '{"state":{"type":"RUNNING"}}');
    const paused = { type: "PAUSED", state_details: { pause_key: "1", run_input_keyset: keyset } };
    await ask("POST", `/flow_runs/${id}/set_state`, JSON.stringify({ state: paused, force: true }));
    const refused = await ask("POST", `/flow_runs/${id}/resume`, '{"run_input":{"customer":1.5}}');
    expect(refused.text).toContain("customer");
    const input = '{"customer":9007199254740993,"share":1.0}';
    expect((await ask("POST", `/flow_runs/${id}/resume`, `{"run_input":${input}}`)).status).toBe(201);
    expect((await ask("GET", `/flow_runs/${id}/input/response`)).text).toBe(input);
  });

  test("a number where another thing is asked for is refused with its digits", async () => {
    const refused = await ask(
      "POST",
      "/flow_runs/",
      `{"flow_id":"${flowId}","empirical_policy":1.0,"name":9007199254740993}`,
    );
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('"request_body"');
    expect(refused.text).toContain("9007199254740993");
    expect(refused.text).toContain("empirical_policy");
    expect(await ask("POST", "/flow_runs/filter", '{"limit":1.5}')).toMatchObject({ status: 422 });
  });

  test.each(["NaN", "Infinity", "-Infinity", "01", "1.", ".5", "+1", "0x10", `1${"0".repeat(4300)}`])(
    "%.20s is no number of JSON, and is refused",
    async (number) => {
      const refused = await ask("POST", "/flow_runs/", `{"flow_id":"${flowId}","parameters":{"x":${number}}}`);
      expect(refused.status).toBe(422);
      expect(refused.text).toContain("JSON decode error: ");
    },
  );
});
