import type { EventPage, FlowRun, OrchestrationResult, State } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import type { Change } from "../kernel/bus.ts";

describeOnEachDatabase("states of flow runs", (database) => {
  let server: TestServer;
  let flowId: string;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    flowId = (await server.call<{ id: string }>("POST", "/flows/", { name: "train", tags: ["ml"] })).body.id;
  });
  afterAll(() => server.stop());

  const create = async (given: object = {}) =>
    (await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flowId, ...given })).body;
  const read = async (id: string) => (await server.call<FlowRun>("GET", `/flow_runs/${id}`)).body;
  const history = async (id: string) => (await server.call<State[]>("GET", `/flow_run_states/?flow_run_id=${id}`)).body;
  const propose = (id: string, state: object, force = false) =>
    server.call<OrchestrationResult>("POST", `/flow_runs/${id}/set_state`, { state, force });

  test("of sixteen workers that propose PENDING at once, exactly one wins", async () => {
    const { id } = await create({ state: { type: "SCHEDULED" } });
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, worker) =>
        propose(id, {
          type: "PENDING",
          state_details: { transition_id: `00000000-0000-4000-8000-0000000000${String(worker).padStart(2, "0")}` },
        }),
      ),
    );
    const won = answers.filter(({ body }) => body.status === "ACCEPT");
    expect(won).toHaveLength(1);
    for (const { status, body } of answers.filter((answer) => !won.includes(answer))) {
      expect(body).toMatchObject({
        status: "ABORT",
        details: { reason: "This run is in a PENDING state and cannot transition to a PENDING state." },
        state: { id: won[0]?.body.state?.id },
      });
      expect([200, 201]).toContain(status);
    }
    expect((await history(id)).map(({ type }) => type)).toEqual(["SCHEDULED", "PENDING"]);
  });

  test("open subflow runs are cancelled with their parent, together with the task runs that stand for them", async () => {
    const parent = await create({ state: { type: "RUNNING" } });
    const standIn = await server.call<{ id: string }>("POST", "/task_runs/", {
      flow_run_id: parent.id,
      task_key: "sub",
      dynamic_key: "0",
      state: { type: "PENDING" },
    });
    const child = await create({ parent_task_run_id: standIn.body.id, state: { type: "PENDING" } });
    await propose(child.id, { type: "RUNNING" });
    await propose(parent.id, { type: "CANCELLED" }, true);
    expect((await read(child.id)).state_type).toBe("CANCELLED");
    const task = await server.call<{ state_type: string }>("GET", `/task_runs/${standIn.body.id}`);
    expect(task.body.state_type).toBe("CANCELLED");
  });

  test("a repeated request gets the state that it made, and makes no second one", async () => {
    const { id } = await create();
    const state = { type: "RUNNING", state_details: { transition_id: "00000000-0000-4000-8000-0000000000ee" } };
    const first = await propose(id, state);
    const again = await propose(id, state);
    expect(again).toMatchObject({
      status: 200,
      body: {
        status: "REJECT",
        state: { id: first.body.state?.id },
        details: { type: "reject_details", reason: "This run has already made this state transition." },
      },
    });
    expect((await read(id)).run_count).toBe(1);
  });

  test("the lease of a slot ends with the run, even by a forced state", async () => {
    const deployment_concurrency_lease_id = "00000000-0000-4000-8000-00000000001e";
    const { id } = await create({ state: { type: "RUNNING", state_details: { deployment_concurrency_lease_id } } });
    const { body } = await propose(id, { type: "CANCELLING", state_details: {} }, true);
    expect(body.state?.state_details).toMatchObject({ deployment_concurrency_lease_id });
  });

  test("a proposal for a deleted run is answered with 404", async () => {
    const id = "00000000-0000-4000-8000-000000000000";
    expect(await propose(id, { type: "RUNNING" })).toMatchObject({
      status: 404,
      body: { exception_message: `Flow run with id ${id} not found` },
    });
    expect((await server.call("GET", `/flow_run_states/${id}`)).status).toBe(404);
    expect((await server.call("POST", `/flow_runs/${id}/resume`, {})).status).toBe(404);
  });

  test("a refused state names what is wrong", async () => {
    const { id } = await create();
    expect(await propose(id, { type: "running" })).toMatchObject({
      status: 422,
      body: { exception_detail: [{ type: "enum", loc: ["body", "state", "type"], input: "running" }] },
    });
    expect(await propose(id, { type: "RUNNING", colour: "red" })).toMatchObject({ status: 422 });
    expect(await propose(id, { type: "RUNNING", state_details: { transition_id: "x" } })).toMatchObject({
      status: 422,
    });
  });

  test("each state becomes an event with its id once it is durable", async () => {
    const { id, state_id, name } = await create({ tags: ["nightly"] });
    const changes: Change[] = [];
    const seen: Promise<{ body: FlowRun }>[] = [];
    const end = server.context.bus.subscribe((change) => {
      changes.push(change);
      if (change.kind !== "changed" || change.noun !== "flow-run") return;
      for (const changed of change.ids) seen.push(server.call<FlowRun>("GET", `/flow_runs/${changed}`));
    });
    const { body } = await propose(id, { type: "RUNNING", message: "off we go" });
    end();
    expect(await Promise.all(seen)).toMatchObject([{ body: { id, state_id: body.state?.id } }]);
    const change = changes.find((each) => each.kind === "event");
    expect(change?.kind === "event" ? change.event : undefined).toMatchObject({
      id: body.state?.id,
      occurred: body.state?.timestamp,
      event: "prefect.flow-run.Running",
      follows: state_id,
      resource: {
        "prefect.resource.id": `prefect.flow-run.${id}`,
        "prefect.resource.name": name,
        "prefect.run-count": "1",
        "prefect.state-message": "off we go",
        "prefect.state-name": "Running",
        "prefect.state-timestamp": body.state?.timestamp.replace("Z", "+00:00"),
        "prefect.state-type": "RUNNING",
      },
      related: [
        {
          "prefect.resource.id": `prefect.flow.${flowId}`,
          "prefect.resource.role": "flow",
          "prefect.resource.name": "train",
        },
        { "prefect.resource.id": "prefect.tag.ml", "prefect.resource.role": "tag" },
        { "prefect.resource.id": "prefect.tag.nightly", "prefect.resource.role": "tag" },
      ],
      payload: {
        intended: { from: "PENDING", to: "RUNNING" },
        initial_state: { type: "PENDING", name: "Pending" },
        validated_state: { type: "RUNNING", name: "Running", message: "off we go" },
      },
    });
    const { body: page } = await server.call<EventPage>("POST", "/events/filter", {
      filter: { resource: { id: [`prefect.flow-run.${id}`] } },
    });
    expect(page.events.map(({ event }) => event).sort()).toEqual([
      "prefect.flow-run.Pending",
      "prefect.flow-run.Running",
    ]);
  });

  test("states of many runs are proposed at once", async () => {
    const runs = await Promise.all([
      create({ tags: ["bulk"] }),
      create({ tags: ["bulk"] }),
      create({ tags: ["bulk"] }),
    ]);
    const { status, body } = await server.call<{ results: unknown[] }>("POST", "/flow_runs/bulk_set_state", {
      flow_runs: { tags: { all_: ["bulk"] } },
      state: { type: "CANCELLED", message: "by hand" },
      limit: 2,
    });
    expect(status).toBe(200);
    expect(body.results).toHaveLength(2);
    expect(body.results[0]).toMatchObject({
      flow_run_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: "ACCEPT",
      state: { type: "CANCELLED", message: "by hand" },
      details: { type: "accept_details" },
    });
    const states = await Promise.all(runs.map(({ id }) => read(id)));
    expect(states.map(({ state_type }) => state_type).sort()).toEqual(["CANCELLED", "CANCELLED", "PENDING"]);
  });

  test("a run is retried until its retries are used up", async () => {
    const { id } = await create({ empirical_policy: { retries: 1, retry_delay: 0 } });
    await propose(id, { type: "RUNNING" });
    const data = { storage_key: "error" };
    expect((await propose(id, { type: "FAILED", message: "boom", data })).body).toMatchObject({
      status: "REJECT",
      details: { reason: "Retrying" },
      state: { type: "SCHEDULED", name: "AwaitingRetry", message: "boom", data },
    });
    await propose(id, { type: "RUNNING" });
    expect((await propose(id, { type: "FAILED", message: "boom" })).body).toMatchObject({ status: "ACCEPT" });
    expect(await read(id)).toMatchObject({
      run_count: 2,
      state_name: "Failed",
      empirical_policy: { retry_type: null },
    });
  });

  describe("a pause", () => {
    const paused = async (details: object) => {
      const { id } = await create({ deployment_id: "00000000-0000-4000-8000-00000000000d" });
      await propose(id, { type: "RUNNING" });
      await propose(id, { type: "PAUSED", state_details: details });
      return id;
    };
    const resume = (id: string, body?: object) =>
      server.call<OrchestrationResult>("POST", `/flow_runs/${id}/resume`, body);
    const soon = () => Date.now() / 1000 + 60;

    test("takes its deadline as a number, and a resumed run continues where it stood", async () => {
      const id = await paused({ pause_timeout: 4_000_000_000.5, pause_key: "k1", pause_reschedule: false });
      expect((await read(id)).state?.state_details).toMatchObject({ pause_timeout: "2096-10-02T07:06:40.500000Z" });
      const answer = await resume(id);
      expect(answer).toMatchObject({ status: 201, body: { status: "ACCEPT", state: { type: "RUNNING" } } });
      expect(await read(id)).toMatchObject({ run_count: 2, empirical_policy: { pause_keys: ["k1"], resuming: true } });
    });

    test("is counted as another run the first time it ends", async () => {
      const id = await paused({ pause_timeout: soon(), pause_key: "k1" });
      await resume(id);
      await propose(id, { type: "PAUSED", state_details: { pause_timeout: soon(), pause_key: "k2" } });
      await resume(id);
      expect(await read(id)).toMatchObject({ run_count: 2, empirical_policy: { pause_keys: ["k1", "k2"] } });
    });

    test("whose process is lost starts again with its pauses", async () => {
      const id = await paused({ pause_timeout: soon(), pause_key: "k1" });
      await propose(id, { type: "SCHEDULED" });
      const empirical_policy = { resuming: false, pause_keys: [], retry_type: "reschedule" };
      expect(await read(id)).toMatchObject({ state_type: "SCHEDULED", empirical_policy });
    });

    test("of a suspended run ends with the run scheduled again", async () => {
      const id = await paused({ pause_timeout: soon(), pause_reschedule: true });
      expect((await resume(id, {})).body).toMatchObject({ state: { type: "SCHEDULED", name: "Resuming" } });
    });

    test("that does not exist can't end", async () => {
      const { id } = await create();
      expect(await resume(id)).toMatchObject({
        status: 200,
        body: {
          state: null,
          status: "ABORT",
          details: { type: "abort_details", reason: "Cannot resume a flow run that is not paused." },
        },
      });
    });

    test("begins without the answers to an earlier one, and leaves other inputs alone", async () => {
      const { id } = await create();
      await propose(id, { type: "RUNNING" });
      for (const key of ["p-schema", "p-response", "other"]) {
        await server.call("POST", `/flow_runs/${id}/input`, { key, value: "1" });
      }
      const run_input_keyset = { response: "p-response", schema: "p-schema" };
      const pause = { type: "PAUSED", state_details: { pause_key: "p", run_input_keyset } } as const;
      await propose(id, pause);
      const keys = async () => {
        const found = await server.call<{ key: string }[]>("POST", `/flow_runs/${id}/input/filter`, {
          prefix: "",
          limit: 9,
        });
        return found.body.map(({ key }) => key);
      };
      expect(await keys()).toEqual(["other"]);
      await server.call("POST", `/flow_runs/${id}/input`, { key: "p-response", value: "2" });
      await resume(id);
      await propose(id, pause); // Has fired already, and is refused.
      expect(await keys()).toEqual(["other", "p-response"]);
    });

    test("waits for an input that fits the schema, and keeps it", async () => {
      const run_input_keyset = { description: "p-description", response: "p-response", schema: "p-schema" };
      const id = await paused({ pause_timeout: soon(), run_input_keyset });
      const reasonOf = async (run_input: object) => {
        const { status, body } = await resume(id, { run_input });
        expect([status, body.status, body.details.type, body.state?.type]).toEqual([
          200,
          "REJECT",
          "abort_details",
          "PAUSED",
        ]);
        return "reason" in body.details ? body.details.reason : undefined;
      };
      expect(await reasonOf({ a: 5 })).toBe("Run input schema not found.");
      const schema = {
        type: "object",
        required: ["a"],
        additionalProperties: false,
        properties: { a: { $ref: "#/$defs/A" } },
      };
      const value = JSON.stringify({ ...schema, $defs: { A: { type: "integer", title: "A" } } });
      const kept = await server.call("POST", `/flow_runs/${id}/input`, { key: "p-schema", value, sender: null });
      expect(kept).toMatchObject({ status: 201, body: null });
      expect(await reasonOf({ a: "five" })).toBe(
        "Reason: Validation failed for field 'a'. Failure reason: 'five' is not of type 'integer'",
      );
      expect(await reasonOf({})).toBe("Reason: Validation failed. Failure reason: 'a' is a required property");
      expect(await reasonOf({ a: 5, b: 6 })).toMatch(/^Reason: /);
      const template = { __prefect_kind: "jinja", template: "{{ 5 }" };
      expect(await reasonOf({ a: template })).toMatch(/^Error hydrating run input: Invalid jinja: /);
      const run_input = { a: { __prefect_kind: "json", value: "9007199254740993" } };
      expect(await resume(id, { run_input })).toMatchObject({ status: 201, body: { status: "ACCEPT" } });
      const response = await server.call("GET", `/flow_runs/${id}/input/p-response`);
      expect(response.headers["content-type"]).toMatch(/^text\/plain/);
      expect(response.body).toBe('{"a":9007199254740993}');
    });
  });
});
