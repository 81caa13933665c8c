import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { addSeconds, timeOrderedId } from "@ostinato/core";
import type { Automation, AutomationFiring, Event, EventPage, FlowRun } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AutomationTrial, automationTrial } from "../../test/automation-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

describeOnEachDatabase("the actions of automations", (database) => {
  let server: TestServer;
  let closed: TestServer;
  let clock: FakeClock;
  let trial: AutomationTrial;
  let http: HttpServer;
  let base: string;
  const received: Received[] = [];
  let answer: (response: ServerResponse) => void = () => {};
  let name = 0;

  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock, config: { privateTargets: ["127.0.0.0/8"] } });
    closed = await startTestServer((await database.another()).url, { clock });
    trial = automationTrial(server, clock);
    http = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += String(chunk);
      });
      request.on("end", () => {
        received.push({ method: request.method, path: request.url, headers: request.headers, body });
        answer(response);
      });
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    received.length = 0;
    answer = (response) => response.end("ok");
  });
  afterAll(async () => {
    await Promise.all([server.stop(), closed.stop()]);
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });

  function unusedEvent(): string {
    name += 1;
    return `trial.${name}`;
  }

  async function make<T extends object = { id: string }>(path: string, body: object, on = server): Promise<T> {
    const { status, body: made } = await on.call<T>("POST", path, body);
    expect({ path, status, made }).toMatchObject({ status: expect.toSatisfy((code: number) => code < 300) });
    return made;
  }

  const trigger = (expected: string, fields: object = {}) => ({
    type: "event",
    posture: "Reactive",
    expect: [expected],
    ...fields,
  });

  /** Has an automation with these actions fire once. */
  async function fire(actions: readonly object[], happening: object = {}, on = trial): Promise<Automation> {
    const event = unusedEvent();
    const automation = await on.create(trigger(event), { name: `fires for ${event}`, actions });
    await on.happen({ event, ...happening });
    await on.count();
    return automation;
  }

  const act = (on = server) => on.tick("automation-actions");

  async function outcomes({ id }: Automation, on = server): Promise<readonly Event[]> {
    const filter = {
      event: { prefix: ["prefect.automation.action."] },
      resource: { id: [`prefect.automation.${id}`] },
      order: "ASC",
    };
    return (await on.call<EventPage>("POST", "/events/filter", { filter, limit: 50 })).body.events;
  }

  async function deployment(fields: object = {}): Promise<string> {
    const flow = await make("/flows/", { name: "train" });
    return (await make("/deployments/", { name: unusedEvent(), flow_id: flow.id, ...fields })).id;
  }

  async function flowRun(state: object): Promise<string> {
    const flow = await make("/flows/", { name: "train" });
    return (await make("/flow_runs/", { flow_id: flow.id, state })).id;
  }

  async function runsOf(deploymentId: string): Promise<readonly FlowRun[]> {
    const filter = { deployments: { id: { any_: [deploymentId] } }, sort: "EXPECTED_START_TIME_ASC" };
    return (await server.call<FlowRun[]>("POST", "/flow_runs/filter", filter)).body;
  }

  test("are told by events, with what they were done to", async () => {
    const automation = await fire([{ type: "do-nothing" }, { type: "pause-deployment", source: "inferred" }]);
    await act();
    const [fired] = await trial.firings(automation);
    const told = await outcomes(automation);
    expect(told.map(({ event, payload }) => [event.split(".").at(-1), payload.action_index])).toEqual(
      expect.arrayContaining([
        ["triggered", 0],
        ["executed", 0],
        ["triggered", 1],
        ["failed", 1],
      ]),
    );
    const executed = told.find(({ event }) => event.endsWith("executed"));
    const failed = told.find(({ event }) => event.endsWith("failed"));
    expect(executed).toMatchObject({
      resource: { "prefect.trigger-type": "event", "prefect.posture": "Reactive" },
      related: [
        { "prefect.resource.id": `prefect.event.${fired?.id}`, "prefect.resource.role": "automation-triggered-event" },
        { "prefect.resource.role": "triggering-event" },
      ],
      payload: { action_type: "do-nothing", invocation: expect.any(String), attempt: 1 },
    });
    expect(failed?.payload).toMatchObject({ reason: "No deployment could be inferred", next_attempt: null });
    await act();
    expect(await outcomes(automation)).toHaveLength(told.length);
  });

  describe("run a deployment", () => {
    test("once for each firing, with parameters that templates fill in", async () => {
      const id = await deployment({ parameters: { kept: "yes", name: "none" } });
      await make("/variables/", { name: "threshold", value: 0.5 });
      const parameters = {
        name: "{{ event.resource['prefect.resource.name'] }} of {{ automation.name }}",
        size: "{{ event.related | length }}",
        list: ["{{ event.event }}", 3],
        at: "{{ event.occurred.year }}",
        limit: { __prefect_kind: "workspace_variable", variable_name: "threshold" },
      };
      const automation = await fire([{ type: "run-deployment", deployment_id: id, parameters, schedule_after: 60 }], {
        of: { "prefect.resource.id": "model.1", "prefect.resource.name": "resnet" },
      });
      await act();
      await act();
      const [run, ...others] = await runsOf(id);
      expect(others).toEqual([]);
      expect(run).toMatchObject({
        parameters: {
          kept: "yes",
          name: `resnet of ${automation.name}`,
          list: [expect.stringContaining("trial."), 3],
          limit: 0.5,
        },
        created_by: { type: "AUTOMATION", id: automation.id },
        state_type: "SCHEDULED",
      });
      expect(run?.parameters).toMatchObject({ at: 2030, size: 0 });
      const told = await outcomes(automation);
      expect(told.at(-1)).toMatchObject({
        event: "prefect.automation.action.executed",
        related: expect.arrayContaining([
          expect.objectContaining({
            "prefect.resource.id": `prefect.deployment.${id}`,
            "prefect.resource.role": "target",
          }),
          expect.objectContaining({ "prefect.resource.id": `prefect.flow-run.${run?.id}` }),
        ]),
      });
    });

    test("not twice, where the server died before it could note that it was done", async () => {
      const id = await deployment();
      await fire([{ type: "run-deployment", deployment_id: id }]);
      const { db } = server.context;
      const [job] = await db.read.selectFrom("automation_action").selectAll().execute();
      await act();
      if (job !== undefined) await db.write(async (tx) => tx.insertInto("automation_action").values(job).execute());
      await act();
      expect(await runsOf(id)).toHaveLength(1);
    });

    test.each([
      ["a template that fails", { parameters: { a: "{{ 1 // 0 }}" } }, /Template rendering failed/],
      [
        "a variable that is not there",
        { parameters: { a: { __prefect_kind: "workspace_variable", variable_name: "no" } } },
        /'no' not found/,
      ],
    ])("and say why they can't: %s", async (_what, fields, reason) => {
      const automation = await fire([{ type: "run-deployment", deployment_id: await deployment(), ...fields }]);
      await act();
      const told = await outcomes(automation);
      expect(told.at(-1)?.payload).toMatchObject({ reason: expect.stringMatching(reason), next_attempt: null });
    });

    test("that is gone: it says so", async () => {
      const automation = await fire([{ type: "run-deployment", deployment_id: timeOrderedId(clock.now()) }]);
      await act();
      const told = await outcomes(automation);
      expect(told.at(-1)?.payload).toMatchObject({ reason: "Deployment not found", status_code: 404 });
    });
  });

  test("pause and resume deployments, work pools, queues and automations", async () => {
    const id = await deployment();
    const pool = await make<{ id: string; name: string }>("/work_pools/", { name: `pool-${id}`, type: "process" });
    const queue = await make<{ id: string }>(`/work_pools/${pool.name}/queues`, { name: "q" });
    const other = await trial.create(trigger("never"));
    const related = (kind: string, of: string) => ({
      "prefect.resource.id": `prefect.${kind}.${of}`,
      "prefect.resource.role": kind,
    });
    const states = async () => {
      const read = async (path: string) => (await server.call<Record<string, unknown>>("GET", path)).body;
      return [
        (await read(`/deployments/${id}`)).paused,
        (await read(`/work_pools/${pool.name}`)).is_paused,
        (await read(`/work_queues/${queue.id}`)).is_paused,
        (await read(`/automations/${other.id}`)).enabled,
      ];
    };
    await fire(
      [
        { type: "pause-deployment", deployment_id: id },
        { type: "pause-work-pool", work_pool_id: pool.id },
        { type: "pause-work-queue", source: "inferred" },
        { type: "pause-automation", automation_id: other.id },
      ],
      { related: [related("work-queue", queue.id)] },
    );
    await act();
    expect(await states()).toEqual([true, true, true, false]);
    await fire(
      [
        { type: "resume-deployment", source: "inferred" },
        { type: "resume-work-pool", source: "inferred" },
        { type: "resume-work-queue", work_queue_id: queue.id },
        { type: "resume-automation", source: "inferred" },
      ],
      { related: [related("work-pool", pool.id), related("deployment", id), related("automation", other.id)] },
    );
    await act();
    expect(await states()).toEqual([false, false, false, true]);
  });

  test("cancel, change, suspend, resume and delete the flow run of the event", async () => {
    const stateOf = async (id: string) => {
      const { status, body } = await server.call<FlowRun>("GET", `/flow_runs/${id}`);
      return status === 404 ? "gone" : `${body.state_type} ${body.state_name}`;
    };
    const onRun = async (action: object, id: string) => {
      const automation = await fire([action], { of: `prefect.flow-run.${id}` });
      await act();
      return (await outcomes(automation)).at(-1)?.payload.reason;
    };
    const run = await flowRun({ type: "RUNNING" });
    expect(await onRun({ type: "cancel-flow-run" }, run)).toBeUndefined();
    expect(await stateOf(run)).toBe("CANCELLING Cancelling");
    expect(
      await onRun({ type: "change-flow-run-state", state: "FAILED", name: "Bad", force: true }, run),
    ).toBeUndefined();
    expect(await stateOf(run)).toBe("FAILED Bad");
    expect(await onRun({ type: "resume-flow-run" }, run)).toMatch(/not paused/);
    expect(await onRun({ type: "delete-flow-run" }, run)).toBeUndefined();
    expect(await stateOf(run)).toBe("gone");
    expect(await onRun({ type: "delete-flow-run" }, run)).toMatch(/not found/);
    const id = await deployment();
    const other = await make(`/deployments/${id}/create_flow_run`, { state: { type: "RUNNING" } });
    expect(await onRun({ type: "suspend-flow-run" }, other.id)).toBeUndefined();
    expect(await stateOf(other.id)).toBe("PAUSED Suspended");
    expect(await onRun({ type: "resume-flow-run" }, other.id)).toBeUndefined();
    expect(await stateOf(other.id)).toMatch(/^SCHEDULED/);
  });

  async function block(slug: string, data: object, on = server): Promise<string> {
    const type = await on.call<{ id: string }>("GET", `/block_types/slug/${slug}`);
    const filter = { block_schemas: { block_type_id: { any_: [type.body.id] } } };
    const [schema] = (await on.call<{ id: string }[]>("POST", "/block_schemas/filter", filter)).body;
    const document = {
      name: unusedEvent().replace(".", "-"),
      data,
      block_schema_id: schema?.id,
      block_type_id: type.body.id,
    };
    return (await make("/block_documents/", document, on)).id;
  }

  describe("call webhooks", () => {
    const webhook = (data: object, on = server) => block("webhook", { method: "POST", headers: {}, ...data }, on);

    test("with a payload that a template makes, and a key that is the same for each attempt", async () => {
      const id = await webhook({ url: `${base}/hook?a=1`, headers: { "X-Token": "s3cret" } });
      const payload = '{"name": {{ event.resource.id | tojson }}, "n": {{ firings | length }}}';
      const automation = await fire([{ type: "call-webhook", block_document_id: id, payload }], { of: 'a"b' });
      await act();
      expect(received).toMatchObject([
        { method: "POST", path: "/hook?a=1", headers: { "x-token": "s3cret", "content-type": "application/json" } },
      ]);
      expect(JSON.parse(received[0]?.body ?? "")).toEqual({ name: 'a"b', n: 1 });
      const [, done] = await outcomes(automation);
      expect(done).toMatchObject({
        event: "prefect.automation.action.executed",
        payload: { status_code: 200, response_body: "ok", invocation: received[0]?.headers["idempotency-key"] },
        related: expect.arrayContaining([expect.objectContaining({ "prefect.resource.role": "block" })]),
      });
    });

    test("again and again where the address fails, until it is well or it is enough", async () => {
      const id = await webhook({ url: base });
      answer = (response) => response.writeHead(503).end("later");
      const automation = await fire([{ type: "call-webhook", block_document_id: id }]);
      await act();
      await act();
      expect(received).toHaveLength(1);
      expect((await outcomes(automation)).at(-1)).toMatchObject({
        event: "prefect.automation.action.failed",
        payload: { reason: "The address answered 503", attempt: 1, next_attempt: expect.any(String), status_code: 503 },
      });
      await clock.advance(5);
      answer = (response) => response.end("ok");
      await act();
      expect((await outcomes(automation)).at(-1)).toMatchObject({
        event: "prefect.automation.action.executed",
        payload: { attempt: 2 },
      });
      expect(new Set(received.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
      answer = (response) => response.writeHead(500).end();
      const failing = await fire([{ type: "call-webhook", block_document_id: id }]);
      for (let attempt = 0; attempt < 8; attempt += 1) {
        await act();
        await clock.advance(60);
      }
      const told = await outcomes(failing);
      expect(told.filter(({ event }) => event.endsWith("failed"))).toHaveLength(6);
      expect(told.at(-1)?.payload).toMatchObject({ attempt: 6, next_attempt: null });
    });

    test("at once where the server's clock was ahead when they were to be called", async () => {
      const id = await webhook({ url: base });
      const now = clock.now();
      clock.set(addSeconds(now, 3600));
      await fire([{ type: "call-webhook", block_document_id: id }]);
      answer = (response) => response.writeHead(503).end("later");
      const failing = await fire([{ type: "call-webhook", block_document_id: id }]);
      clock.set(now);
      await act();
      expect(received).toHaveLength(2);
      await clock.advance(5);
      answer = (response) => response.end("ok");
      await act();
      const history = `/automations/${failing.id}/firings`;
      const { firings } = (await server.call<{ firings: readonly AutomationFiring[] }>("GET", history)).body;
      expect(firings.flatMap(({ actions }) => actions)).toMatchObject([{ outcome: "EXECUTED", attempts: 2 }]);
    });

    test.each<[string, (response: ServerResponse) => void, RegExp]>([
      ["a redirect", (response) => response.writeHead(302, { location: "/other" }).end(), /302, and redirects are not/],
      ["a refusal", (response) => response.writeHead(403).end("no"), /answered 403/],
    ])("and do not try again after %s", async (_what, answered, reason) => {
      answer = answered;
      const automation = await fire([{ type: "call-webhook", block_document_id: await webhook({ url: base }) }]);
      await act();
      await clock.advance(60);
      await act();
      expect(received).toHaveLength(1);
      expect((await outcomes(automation)).at(-1)?.payload).toMatchObject({
        reason: expect.stringMatching(reason),
        next_attempt: null,
      });
    });

    test("and read only the beginning of an answer that does not end", async () => {
      answer = (response) => {
        response.writeHead(200);
        response.on("error", () => {});
        const more = () => {
          if (!response.destroyed && response.write("x".repeat(16_384))) setImmediate(more);
          else response.once("drain", more);
        };
        more();
      };
      const automation = await fire([{ type: "call-webhook", block_document_id: await webhook({ url: base }) }]);
      await act();
      expect((await outcomes(automation)).at(-1)).toMatchObject({
        event: "prefect.automation.action.executed",
        payload: { response_body: "x".repeat(1000) },
      });
    });

    test("of private networks only where they are listed, whatever name leads there", async () => {
      const elsewhere = automationTrial(closed, clock);
      const port = new URL(base).port;
      const hosts = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"];
      for (const host of hosts) {
        const id = await webhook({ url: `http://${host}:${port}/` }, closed);
        const automation = await fire([{ type: "call-webhook", block_document_id: id }], {}, elsewhere);
        await act(closed);
        const told = await outcomes(automation, closed);
        expect([host, told.at(-1)?.payload]).toMatchObject([
          host,
          { reason: expect.stringContaining("OSTINATO_SERVER_PRIVATE_TARGETS"), next_attempt: null },
        ]);
      }
      const own = await fire([
        { type: "call-webhook", block_document_id: await webhook({ url: base, allow_private_urls: false }) },
      ]);
      await act();
      expect((await outcomes(own)).at(-1)?.payload.reason).toMatch(/private network/);
      expect(received).toEqual([]);
    });

    test("of a block that is none: they say so", async () => {
      const id = await block("secret", { value: "x" });
      const automation = await fire([{ type: "call-webhook", block_document_id: id }]);
      await act();
      expect((await outcomes(automation)).at(-1)?.payload.reason).toBe("The referenced block was not a webhook block");
    });
  });

  describe("send notifications", () => {
    const notify = (block_document_id: string) => ({
      type: "send-notification",
      block_document_id,
      subject: "{{ event.event }}",
      body: "{{ flow_run.name }} is {{ flow_run.state.name }}",
    });

    test("with what is known of the run", async () => {
      const run = await flowRun({ type: "FAILED" });
      const { body: known } = await server.call<FlowRun>("GET", `/flow_runs/${run}`);
      const id = await block("slack-webhook", { url: `${base}/slack` });
      await fire([notify(id)], { of: `prefect.flow-run.${run}` });
      await act();
      expect(received).toMatchObject([{ path: "/slack" }]);
      expect(JSON.parse(received[0]?.body ?? "").text).toContain(`${known.name} is Failed`);
    });

    test("by a webhook whose texts name the message and secrets", async () => {
      const id = await block("custom-webhook", {
        name: "mine",
        url: `${base}/{{token}}`,
        method: "POST",
        json_data: { title: "{{subject}}", text: "{{body}}", from: "{{name}}" },
        headers: { "X-Key": "{{token}}" },
        secrets: { token: "t0ken" },
      });
      await fire([{ ...notify(id), subject: "about {{ event.resource.id }}", body: "{{ '{' }}{token}}" }]);
      await act();
      expect(received).toMatchObject([{ path: "/t0ken", headers: { "x-key": "t0ken" } }]);
      expect(JSON.parse(received[0]?.body ?? "")).toEqual({ title: "about thing.1", text: "{{token}}", from: "mine" });
    });
  });

  test("that feed their own automation end after a few, and say so", async () => {
    const event = unusedEvent();
    const id = await deployment();
    const runs = trigger("prefect.flow-run.Scheduled", {
      match_related: { "prefect.resource.id": `prefect.deployment.${id}` },
    });
    const loop = await trial.create(runs, { actions: [{ type: "run-deployment", deployment_id: id }] });
    const start = await trial.create(trigger(event), { actions: [{ type: "run-deployment", deployment_id: id }] });
    const echo = await trial.create(
      trigger("prefect.automation.triggered", { match: { "prefect.resource.name": "echo" } }),
      {
        name: "echo",
      },
    );
    await trial.happen({ event });
    for (let turn = 0; turn < 15; turn += 1) {
      await trial.count();
      await act();
      await clock.advance(1);
    }
    expect(await trial.firings(start)).toHaveLength(1);
    expect(await trial.firings(loop)).toHaveLength(9);
    expect(await runsOf(id)).toHaveLength(10);
    expect((await outcomes(loop)).at(-1)).toMatchObject({
      event: "prefect.automation.action.failed",
      payload: { reason: expect.stringContaining("fire each other without end") },
    });
    expect(await trial.firings(echo)).toEqual([]);
    await server.call("DELETE", `/automations/${loop.id}`);
  });
});
