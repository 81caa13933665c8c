import type { Automation } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventsOf } from "../../test/events-harness.ts";
import { startTestServer, type TestServer } from "../../test/harness.ts";

const unknownId = "01a1ffcc-addd-7f39-ab35-9dbee5f5ca55";
const onFailure = { type: "event", posture: "Reactive", expect: ["prefect.flow-run.Failed"] };
const nothing = [{ type: "do-nothing" }];

describeOnEachDatabase("automations", (database) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());

  async function create(fields: Readonly<Record<string, unknown>> = {}): Promise<Automation> {
    const given = { name: "tell", trigger: onFailure, actions: nothing, ...fields };
    const { status, body } = await server.call<Automation>("POST", "/automations/", given);
    expect({ status, body }).toMatchObject({ status: 201 });
    return body;
  }

  /** The places and reasons for which an automation is refused. */
  async function problemsOf(fields: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
    const given = { name: "tell", trigger: onFailure, actions: nothing, ...fields };
    type Refusal = { readonly exception_detail: readonly { readonly loc: readonly unknown[]; readonly msg: string }[] };
    const { status, body } = await server.call<Refusal>("POST", "/automations/", given);
    expect(status).toBe(422);
    return body.exception_detail.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`);
  }

  test("are kept with what they leave to the defaults, and with ids for their triggers", async () => {
    const { id, created, updated, ...fields } = await create({
      trigger: { ...onFailure, id: unknownId, within: "PT10S", for_each: ["b", "a", "b"] },
      actions: [
        { type: "run-deployment", deployment_id: unknownId.toUpperCase(), parameters: { x: "{{ event.id }}", n: 1 } },
        { type: "send-notification", block_document_id: unknownId, body: "{{ flow_run.name }} failed" },
        { type: "call-webhook", block_document_id: unknownId, payload: { message: "hello" } },
      ],
    });
    expect(fields).toEqual({
      name: "tell",
      description: "",
      enabled: true,
      tags: [],
      trigger: {
        ...onFailure,
        id: expect.not.stringMatching(unknownId),
        match: {},
        match_related: {},
        after: [],
        for_each: ["b", "a"],
        threshold: 1,
        within: 10,
      },
      actions: [
        {
          type: "run-deployment",
          source: "selected",
          deployment_id: unknownId,
          parameters: { x: "{{ event.id }}", n: 1 },
          job_variables: null,
          schedule_after: 0,
        },
        {
          type: "send-notification",
          block_document_id: unknownId,
          subject: "Prefect automated notification",
          body: "{{ flow_run.name }} failed",
        },
        { type: "call-webhook", block_document_id: unknownId, payload: '{\n  "message": "hello"\n}' },
      ],
      actions_on_trigger: [],
      actions_on_resolve: [],
    });
    expect((await server.call("GET", `/automations/${id}`)).body).toMatchObject({ id, created, updated, ...fields });
    const about = await eventsOf(server, `prefect.automation.${id}`);
    expect(about).toMatchObject([
      { event: "prefect.automation.created", resource: { "prefect.resource.name": "tell" }, payload: { id } },
    ]);
  });

  test("may have triggers inside triggers", async () => {
    const absence = { type: "event", posture: "Proactive", expect: ["beat"] };
    const trigger = {
      type: "compound",
      require: 1,
      within: 60,
      triggers: [absence, { type: "sequence", within: null, triggers: [onFailure, onFailure] }],
    };
    const made = await create({ trigger });
    expect(made.trigger).toMatchObject({
      type: "compound",
      require: 1,
      within: 60,
      triggers: [{ within: 10 }, { type: "sequence", within: null, triggers: [{ within: 0 }, { within: 0 }] }],
    });
    expect(new Set(JSON.stringify(made).match(/"id":"[^"]*"/g))).toHaveProperty("size", 6);
  });

  test("are found by name, tags, id and age, in the order that is asked for", async () => {
    const tag = "found";
    const b = await create({ name: "finding b", tags: [tag, "more"] });
    const a = await create({ name: "finding a", tags: [tag] });
    const namesOf = async (automations: unknown, sort?: string) => {
      const { body } = await server.call<Automation[]>("POST", "/automations/filter", { automations, sort });
      return body.map(({ name }) => name);
    };
    expect(await namesOf({ tags: { all_: [tag] } })).toEqual(["finding a", "finding b"]);
    expect(await namesOf({ tags: { all_: [tag] } }, "NAME_DESC")).toEqual(["finding b", "finding a"]);
    expect(await namesOf({ tags: { any_: ["more", "other"] } })).toEqual(["finding b"]);
    expect(await namesOf({ name: { any_: ["finding a"] } })).toEqual(["finding a"]);
    expect(await namesOf({ id: { any_: [b.id.toUpperCase()] } })).toEqual(["finding b"]);
    expect(await namesOf({ operator: "or_", id: { any_: [b.id] }, name: { any_: [a.name] } })).toHaveLength(2);
    expect(await namesOf({ tags: { all_: [tag] }, created: { before_: b.created } })).toEqual(["finding b"]);
    expect(await namesOf({ tags: { all_: [tag], is_null_: true } })).toEqual([]);
    const counted = await server.call("POST", "/automations/count", { automations: { tags: { any_: [tag] } } });
    expect(counted.body).toBe(2);
    expect((await server.call("POST", "/automations/count")).body).toBeGreaterThanOrEqual(2);
  });

  test("are replaced, switched off and on, and deleted, and events tell of it", async () => {
    const { id, trigger, created } = await create();
    const other = { name: "other", trigger: { ...onFailure, threshold: 3 }, actions: [{ type: "cancel-flow-run" }] };
    expect((await server.call("PUT", `/automations/${id}`, other)).status).toBe(204);
    const { body: replaced } = await server.call<Automation>("GET", `/automations/${id}`);
    expect(replaced).toMatchObject({ name: "other", created, actions: [{ type: "cancel-flow-run" }] });
    expect(replaced.trigger.id).not.toBe(trigger.id);
    expect((await server.call("PATCH", `/automations/${id}`, { enabled: false })).status).toBe(204);
    // What asks for nothing changes nothing.
    expect((await server.call("PATCH", `/automations/${id}`, {})).status).toBe(204);
    expect((await server.call("GET", `/automations/${id}`)).body).toMatchObject({ name: "other", enabled: false });
    expect((await server.call("DELETE", `/automations/${id}`)).status).toBe(204);
    const happened = (await eventsOf(server, `prefect.automation.${id}`)).map(({ event }) => event);
    expect(happened.map((event) => event.split(".").at(-1))).toEqual(["created", "updated", "updated", "deleted"]);
    for (const [method, body] of [["GET"], ["PUT", other], ["PATCH", { enabled: true }], ["DELETE"]] as const) {
      const answer = await server.call(method, `/automations/${id}`, body);
      expect(answer).toMatchObject({ status: 404, body: { exception_message: "Automation not found" } });
    }
  });

  test("keep what a replacement does not say", async () => {
    const kept = {
      description: "why",
      enabled: false,
      tags: ["team"],
      actions_on_trigger: [{ type: "cancel-flow-run" }],
    };
    const { id } = await create(kept);
    const given = { name: "replaced", trigger: onFailure, actions: [] };
    expect((await server.call("PUT", `/automations/${id}`, given)).status).toBe(204);
    const { body } = await server.call("GET", `/automations/${id}`);
    expect(body).toMatchObject({ ...kept, name: "replaced", actions: [] });
  });

  test("belong to a resource, which finds them, also those whose actions are about it", async () => {
    const deploymentId = "0192f000-0000-7000-8000-000000000001";
    const resource = `prefect.deployment.${deploymentId}`;
    const owned = await create({ name: "owned", owner_resource: resource });
    const about = await create({ actions: [{ type: "run-deployment", deployment_id: deploymentId }] });
    const related = async (query = "") => {
      const { body } = await server.call<Automation[]>("GET", `/automations/related-to/${resource}${query}`);
      return body.map(({ id }) => id);
    };
    expect(await related()).toEqual([owned.id, about.id]);
    expect(await related("?owned=true")).toEqual([owned.id]);
    expect(await server.call("DELETE", `/automations/owned-by/${resource}`)).toMatchObject({ status: 202, body: null });
    expect(await related()).toEqual([about.id]);
    await server.call("PUT", `/automations/${about.id}`, {
      name: "not any more",
      trigger: onFailure,
      actions: nothing,
    });
    expect(await related()).toEqual([]);
  });

  test("go with the deployment that owns them", async () => {
    const flow = await server.call<{ id: string }>("POST", "/flows/", { name: "owner" });
    const made = await server.call<{ id: string }>("POST", "/deployments/", { name: "d", flow_id: flow.body.id });
    const { id } = await create({ owner_resource: `prefect.deployment.${made.body.id}` });
    await server.call("DELETE", `/deployments/${made.body.id}`);
    expect((await server.call("GET", `/automations/${id}`)).status).toBe(404);
  });

  describe("are refused with the place and the reason", () => {
    const deploys = (fields: object) => [{ type: "run-deployment", ...fields }];
    const everyRun = { type: "event", posture: "Reactive", expect: ["prefect.flow-run.*"] };
    test.each([
      ["an unknown kind of trigger", { trigger: { type: "lunar" } }, /^body\.trigger\.type: must be one of "event"/],
      ["a trigger without posture", { trigger: { type: "event" } }, /^body\.trigger\.posture: Field required/],
      [
        "a short proactive window",
        { trigger: { ...onFailure, posture: "Proactive", within: 5 } },
        /within: .*10 seconds/,
      ],
      ["a window that is not a time", { trigger: { ...onFailure, within: "soon" } }, /within: .*not a duration/],
      ["a negative window", { trigger: { ...onFailure, within: -1 } }, /within: .*0 seconds or more/],
      ["absence that never comes", { trigger: { ...onFailure, posture: "Proactive", threshold: 0 } }, /never fire/],
      ["more required than there are", { trigger: compound({ require: 3 }) }, /trigger\.require: .*less than or equal/],
      ["a compound of nothing", { trigger: compound({ require: "all", triggers: [] }) }, /at least one trigger/],
      [
        "a wrong trigger inside another",
        { trigger: compound({ triggers: [onFailure, { type: "event", posture: "Slow" }] }) },
        /^body\.trigger\.triggers\.1\.posture: /,
      ],
      ["triggers nested too deep", { trigger: nested(9) }, /nest at most 8 deep/],
      ["an unknown action", { actions: [{ type: "dance" }] }, /^body\.actions\.0\.type: must be one of/],
      ["an action without its subject", { actions: deploys({}) }, /^body\.actions\.0: .*deployment_id is required/],
      [
        "an action with two subjects",
        { actions: deploys({ source: "inferred", deployment_id: unknownId }) },
        /deployment_id is not allowed/,
      ],
      [
        "a template that is none",
        { actions: [{ type: "send-notification", block_document_id: unknownId, body: "\n{{ x" }] },
        /^body\.actions\.0\.body: .*line 2/,
      ],
      [
        "a parameter that is no template",
        { actions: deploys({ deployment_id: unknownId, parameters: { a: [{ b: "{{ x" }] } }) },
        /parameters: .*a\[0\]\.b: Invalid jinja/,
      ],
      ["runs that start themselves", { trigger: everyRun, actions: deploys({ source: "inferred" }) }, /without end/],
      ["runs that all start one", { trigger: everyRun, actions: deploys({ deployment_id: unknownId }) }, /without end/],
      [
        "a field of a trigger that is misspelled",
        { trigger: { ...everyRun, expect: undefined, expects: ["order.paid"] } },
        /^body\.trigger\.expects: .*Did you mean "expect"\?/,
      ],
      [
        "a field of an action that is misspelled",
        { actions: deploys({ source: "inferred", paramters: { day: 1 } }) },
        /^body\.actions\.0\.paramters: .*Did you mean "parameters"\?/,
      ],
      ["an unknown field", { colour: "red" }, /^body\.colour: Extra inputs/],
    ])("%s", async (_what, fields, reason) => {
      expect(await problemsOf(fields)).toEqual([expect.stringMatching(reason)]);
    });

    function compound(fields: object) {
      return { type: "compound", require: "any", within: null, triggers: [onFailure], ...fields };
    }

    function nested(depth: number): object {
      return depth === 0 ? onFailure : compound({ triggers: [nested(depth - 1)] });
    }
  });

  test("that would start themselves may be kept while they are off", async () => {
    const trigger = { type: "event", posture: "Reactive", expect: ["prefect.flow-run.Running"] };
    const { id } = await create({ enabled: false, trigger, actions: [{ type: "run-deployment", source: "inferred" }] });
    expect((await server.call("PATCH", `/automations/${id}`, { enabled: true })).status).toBe(422);
  });
});
