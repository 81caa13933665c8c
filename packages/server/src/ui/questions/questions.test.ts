import { addSeconds, formatTimestamp, fromMillis } from "@ostinato/core";
import type { Dashboard, FlowRun, FlowRunPage, OrchestrationResult, QuestionPage } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/harness.ts";

const keyset = { schema: "ask-schema", description: "ask-description", response: "ask-response" };
const approval = {
  title: "ReleaseApproval",
  description: "About the model itself.",
  type: "object",
  required: ["approved"],
  properties: { approved: { type: "boolean" }, limit: { type: "integer" } },
};

describeOnEachDatabase("what a run asks of people", (database) => {
  let server: TestServer;
  let flow: string;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    flow = (await server.call<FlowRun>("POST", "/flows/", { name: "release" })).body.id;
  });
  afterAll(() => server.stop());

  const in_ = (seconds: number) => formatTimestamp(addSeconds(fromMillis(Date.now()), seconds));
  const propose = (id: string, state: object, force = false) =>
    server.call<OrchestrationResult>("POST", `/flow_runs/${id}/set_state`, { state, force });
  const started = async (name: string, given: object = {}) => {
    const { body } = await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flow, name, ...given });
    await propose(body.id, { type: "RUNNING" });
    return body.id;
  };
  const keep = (id: string, key: string, value: unknown) =>
    server.call("POST", `/flow_runs/${id}/input`, { key, value: JSON.stringify(value) });
  /** As Prefect's client does: first the state, then what is asked for. */
  const ask = async (id: string, details: object = {}, schema: object = approval) => {
    const state_details = { pause_key: crypto.randomUUID(), run_input_keyset: keyset, ...details };
    const state = await propose(id, { type: "PAUSED", state_details });
    await keep(id, keyset.schema, schema);
    return state.body.state?.id;
  };
  const answer = async (id: string, body: object) =>
    (await server.call<OrchestrationResult>("POST", `/flow_runs/${id}/resume`, body)).body;
  const pageOf = async (id: string) => (await server.call<FlowRunPage>("GET", `/ui/flow_runs/${id}`)).body;
  const question = async (id: string, asked?: string) =>
    (await server.call<QuestionPage>("GET", `/ui/flow_runs/${id}/question${asked ? `?question=${asked}` : ""}`)).body;
  const listed = async (narrowed: object = {}) => {
    const range = { since: "2026-01-01T00:00:00Z", until: "2027-01-01T00:00:00Z" };
    return (await server.call<Dashboard>("POST", "/ui/dashboard", { ...range, ...narrowed })).body.questions;
  };

  test("is on the page of the run, with its schema, the time left and the task before it", async () => {
    const id = await started("with-a-form");
    const until = in_(3600);
    const asked = await ask(id, { pause_timeout: until });
    await keep(id, keyset.description, "**Look** at the report");
    expect((await pageOf(id)).question).toEqual({
      id: asked,
      flow_run_id: id,
      title: "Release approval",
      description: "**Look** at the report",
      schema: approval,
      is_schema_missing: false,
      asked: expect.any(String),
      until,
      is_suspended: false,
      after: null,
    });
    await answer(id, { run_input: { approved: true } });
    expect((await pageOf(id)).question).toBeNull();
  });

  test("has the description of the model where it has no other, and no title that a library has made up", async () => {
    const id = await started("automatic");
    await ask(id, {}, { ...approval, title: "intAutomaticRunInput" });
    expect((await pageOf(id)).question).toMatchObject({ title: null, description: "About the model itself." });
  });

  test("is nothing where the run only waits to be resumed", async () => {
    const id = await started("plain");
    await propose(id, { type: "PAUSED", name: "Suspended", state_details: { pause_reschedule: true } }, true);
    expect((await pageOf(id)).question).toMatchObject({ title: null, schema: null, until: null, is_suspended: true });
  });

  test("is told of again when the program has said what it asks for", async () => {
    const id = await started("told");
    const changed: string[] = [];
    const end = server.context.bus.subscribe((change) => {
      if (change.kind === "changed" && change.noun === "flow-run") changed.push(...change.ids);
    });
    await keep(id, "before", 1);
    expect(changed).toEqual([]);
    await propose(id, { type: "PAUSED", state_details: { pause_key: "1", run_input_keyset: keyset } });
    expect((await pageOf(id)).question).toMatchObject({ schema: null, is_schema_missing: true });
    await keep(id, keyset.schema, approval);
    end();
    expect(changed).toEqual([id, id]);
  });

  test("is open, answered, timed out, cancelled or ended", async () => {
    const outcome = async (id: string) => (await question(id)).outcome;
    const [open, answered, cancelled, ended, late, missed] = await Promise.all(
      ["open", "answered", "cancelled", "ended", "late", "missed"].map((name) => started(name)),
    );
    await ask(open ?? "", { pause_timeout: in_(3600) });
    expect(await question(open ?? "")).toMatchObject({ outcome: "open", settled: null, next: null });
    await ask(answered ?? "");
    await answer(answered ?? "", { run_input: { approved: false } });
    expect(await question(answered ?? "")).toMatchObject({ outcome: "answered", settled: expect.any(String) });
    await ask(cancelled ?? "");
    await propose(cancelled ?? "", { type: "CANCELLED" }, true);
    expect(await outcome(cancelled ?? "")).toBe("cancelled");
    await ask(ended ?? "");
    await propose(ended ?? "", { type: "CRASHED" }, true);
    expect(await outcome(ended ?? "")).toBe("ended");
    await ask(late ?? "", { pause_timeout: in_(-5) });
    await propose(late ?? "", { type: "FAILED" }, true);
    expect(await outcome(late ?? "")).toBe("timed-out");
    await ask(missed ?? "", { pause_timeout: in_(-5) });
    expect(await outcome(missed ?? "")).toBe("timed-out");
  });

  test("is another one each time, and an answer to an earlier one is not taken for the later", async () => {
    const id = await started("twice");
    const first = await ask(id);
    await answer(id, { run_input: { approved: true } });
    const second = await ask(id, {}, { type: "object", properties: {} });
    expect(await question(id)).toMatchObject({ question: { id: second }, outcome: "open", next: null });
    expect(await question(id, first)).toMatchObject({ question: { id: first }, outcome: "answered", next: second });
    const late = await answer(id, { run_input: { approved: true }, answers: first });
    expect(late).toMatchObject({ status: "ABORT", details: { reason: expect.stringContaining("has gone on") } });
    expect(await answer(id, { run_input: {}, answers: second })).toMatchObject({ status: "ACCEPT" });
    expect(await answer(id, { run_input: {}, answers: second })).toMatchObject({ status: "ABORT" });
  });

  test("is unknown for a run that asks nothing, and under the id of another state", async () => {
    const id = await started("silent");
    const nothing = { flow_run: { name: "silent", flow_name: "release" }, question: null, outcome: null, next: null };
    expect(await question(id)).toMatchObject(nothing);
    expect(await question(id, id)).toMatchObject(nothing);
    expect((await server.call("GET", `/ui/flow_runs/${flow}/question`)).status).toBe(404);
    expect((await server.call("GET", `/ui/flow_runs/${id}/question?question=x`)).status).toBe(422);
  });

  test("is on the dashboard, the first to time out first, narrowed as it is, and cut", async () => {
    const tags = ["listed"];
    const later = await started("later", { tags });
    await ask(later, { pause_timeout: in_(7200) });
    const whenever = await started("whenever", { tags });
    await propose(whenever, { type: "PAUSED" });
    const soon = await started("soon", { tags });
    await ask(soon, { pause_timeout: in_(60) });
    await keep(soon, keyset.description, `Look: ${"x".repeat(600)}`);
    const found = await listed({ tags });
    expect(found.map(({ flow_run_name, has_input }) => [flow_run_name, has_input])).toEqual([
      ["soon", true],
      ["later", true],
      ["whenever", false],
    ]);
    expect(found[0]).toMatchObject({ flow_run_id: soon, flow_name: "release", title: "Release approval" });
    expect(found[0]?.summary).toMatch(/^Look: x{494}…$/);
    expect(await listed({ flow_ids: [crypto.randomUUID()] })).toEqual([]);
    await answer(soon, { run_input: { approved: true } });
    expect((await listed({ tags })).map(({ flow_run_name }) => flow_run_name)).toEqual(["later", "whenever"]);
  });
});
