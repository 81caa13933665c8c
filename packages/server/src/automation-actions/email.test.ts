import type { Automation, BlockDocument, BlockSchema, BlockType, Event, EventPage } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { type MailSink, startMailSink } from "@ostinato/testing/mail-sink";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type AutomationTrial, automationTrial } from "../../test/automation-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

describeOnEachDatabase("notifications by e-mail", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let closed: TestServer;
  let sink: MailSink;
  let count = 0;

  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock, config: { privateTargets: ["127.0.0.0/8"] } });
    closed = await startTestServer((await database.another()).url, { clock });
    sink = await startMailSink();
  });
  beforeEach(() => {
    sink.received.length = 0;
    sink.refusals.recipients = {};
  });
  afterAll(async () => {
    await Promise.all([server.stop(), closed.stop()]);
    await sink[Symbol.asyncDispose]();
  });

  async function save(slug: string, data: object, on: TestServer) {
    const { body: type } = await on.call<BlockType>("GET", `/block_types/slug/${slug}`);
    const { body: schemas } = await on.call<BlockSchema[]>("POST", "/block_schemas/filter", {
      block_schemas: { block_type_id: { any_: [type.id] } },
    });
    count += 1;
    return on.call<BlockDocument>("POST", "/block_documents/", {
      name: `mail-${count}`,
      data,
      block_type_id: type.id,
      block_schema_id: schemas[0]?.id,
    });
  }

  async function emailBlock(fields: object = {}, on = server) {
    const credentials = { smtp_server: "127.0.0.1", smtp_type: "INSECURE", smtp_port: sink.port, password: "hush" };
    const { body: credentialsBlock } = await save("email-server-credentials", credentials, on);
    const given = { to: ["a@x.example"], sender: "me@x.example", ...fields };
    return save("email", { server: { $ref: { block_document_id: credentialsBlock.id } }, ...given }, on);
  }

  async function fire(on: TestServer, fields: object = {}): Promise<Automation> {
    const { body: block } = await emailBlock(fields, on);
    const trial: AutomationTrial = automationTrial(on, clock);
    const event = `mail.${block.id}`;
    const action = {
      type: "send-notification",
      block_document_id: block.id,
      subject: "{{ event.event }}",
      body: "**now**",
    };
    const automation = await trial.create(
      { type: "event", posture: "Reactive", expect: [event] },
      { actions: [action] },
    );
    await trial.happen({ event });
    await trial.count();
    await on.tick("automation-actions");
    return automation;
  }

  async function ends({ id }: Automation, on = server): Promise<readonly Event[]> {
    const filter = {
      event: { name: ["prefect.automation.action.executed", "prefect.automation.action.failed"] },
      resource: { id: [`prefect.automation.${id}`] },
      order: "ASC",
    };
    return (await on.call<EventPage>("POST", "/events/filter", { filter, limit: 50 })).body.events;
  }

  test("reach all recipients, and the event of the action says what the server answered", async () => {
    const automation = await fire(server, { to: ["a@x.example; Team <b@x.example>"] });
    const [end] = await ends(automation);
    const { invocation } = end?.payload ?? {};
    expect(end).toMatchObject({
      event: "prefect.automation.action.executed",
      payload: { accepted: ["a@x.example", "b@x.example"], message_id: `<${String(invocation)}@x.example>` },
      related: expect.arrayContaining([
        { "prefect.resource.id": "prefect.block-type.email", "prefect.resource.role": "block-type" },
      ]),
    });
    const [mail, ...others] = sink.received;
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ from: "me@x.example", to: ["a@x.example", "b@x.example"] });
    expect(mail?.content).toContain("<strong>now</strong>");
  });

  test("are sent again where the server greylists, to those who have not got them, with the same Message-ID", async () => {
    sink.refusals.recipients = { "b@x.example": "451 4.7.1 greylisted" };
    const automation = await fire(server, { to: ["a@x.example", "b@x.example"] });
    expect(await ends(automation)).toMatchObject([
      { event: "prefect.automation.action.failed", payload: { attempt: 1, next_attempt: expect.any(String) } },
    ]);
    await clock.advance(10);
    await server.tick("automation-actions");
    expect(await ends(automation)).toHaveLength(1);
    sink.refusals.recipients = {};
    await clock.advance(60);
    await server.tick("automation-actions");
    expect((await ends(automation)).at(-1)).toMatchObject({
      event: "prefect.automation.action.executed",
      payload: { attempt: 2, accepted: ["a@x.example", "b@x.example"] },
    });
    expect(sink.received.map(({ to }) => to)).toEqual([["a@x.example"], ["b@x.example"]]);
    const ids = sink.received.map(({ content }) => /^Message-ID: .*$/m.exec(content)?.[0]);
    expect(ids[0]).toBe(ids[1]);
  });

  test("that the server refuses fail once, with its answer", async () => {
    sink.refusals.recipients = { "a@x.example": "550 5.1.1 nobody here" };
    expect(await ends(await fire(server))).toMatchObject([
      {
        event: "prefect.automation.action.failed",
        payload: { reason: expect.stringContaining("550 5.1.1 nobody here"), next_attempt: null },
      },
    ]);
  });

  test("reach no mail server of a private network that is not listed", async () => {
    expect(await ends(await fire(closed), closed)).toMatchObject([
      { payload: { reason: expect.stringContaining("OSTINATO_SERVER_PRIVATE_TARGETS"), next_attempt: null } },
    ]);
    expect(sink.received).toEqual([]);
  });

  test("are refused as the block is saved where an address is none", async () => {
    const refused = await emailBlock({ to: ["a@x.example b@x.example nonsense"] });
    expect(refused).toMatchObject({
      status: 422,
      body: { exception_detail: [{ loc: ["body", "data", "to"], msg: expect.stringContaining('"nonsense"') }] },
    });
    expect(await emailBlock({ to: [] })).toMatchObject({ status: 422 });
    expect(await emailBlock({ sender: "me" })).toMatchObject({ status: 422 });
    const { body: kept } = await emailBlock();
    const change = (data: object) => server.call("PATCH", `/block_documents/${kept.id}`, { data });
    expect(await change({ to: ["nonsense"] })).toMatchObject({ status: 422 });
    expect(await change({ sender: null })).toMatchObject({ status: 204 });
    expect(JSON.stringify((await server.call("GET", `/block_documents/${kept.id}`)).body)).not.toContain("hush");
  });
});
