import { isTerminal, type StateType, stateTypes, toTimestamp } from "@ostinato/core";
import type { EventPage, FlowRun, OrchestrationResult, State, TaskRun } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

interface Step {
  readonly type: StateType | "resume";
  readonly name: string | null;
  readonly force: boolean;
  readonly data: unknown;
  readonly details: Readonly<Record<string, unknown>>;
}

const kept = { storage_key: "k" };
const transitions = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"];

/** Types that lead on are likelier, so that runs get somewhere. */
const step: fc.Arbitrary<Step> = fc.record({
  type: fc.oneof(
    { weight: 4, arbitrary: fc.constant("RUNNING" as const) },
    { weight: 2, arbitrary: fc.constantFrom("COMPLETED" as const, "FAILED" as const) },
    { weight: 1, arbitrary: fc.constantFrom("PAUSED" as const, "resume" as const) },
    { weight: 3, arbitrary: fc.constantFrom(...stateTypes) },
  ),
  name: fc.option(fc.constantFrom("Late", "Submitting", "Suspended", "Pending"), { freq: 4 }),
  force: fc.nat(3).map((number) => number === 0),
  data: fc.constantFrom(null, { type: "unpersisted" }, kept),
  details: fc.record(
    {
      transition_id: fc.constantFrom(...transitions),
      pause_key: fc.constantFrom("a", "b"),
      pause_reschedule: fc.boolean(),
      pause_timeout: fc.constantFrom(1, 4_000_000_000),
    },
    { requiredKeys: [] },
  ),
});

interface Scenario {
  readonly retries: number;
  readonly deployed: boolean;
  readonly subflow: boolean;
  /** Steps of one group are proposed at once, groups one after the other. */
  readonly groups: readonly (readonly Step[])[];
}

const scenario: fc.Arbitrary<Scenario> = fc.record({
  retries: fc.integer({ min: 0, max: 2 }),
  deployed: fc.boolean(),
  subflow: fc.boolean(),
  groups: fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
});

/** Reasons of the rejections that write another state than the proposed one. */
const writing = /^Retrying$|no infrastructure to terminate|timed out and can no longer resume/;

describeOnEachDatabase("random transitions", (database) => {
  let server: TestServer;
  let flowId: string;
  let parentId: string;
  beforeAll(async () => {
    server = await startTestServer(database.url);
    flowId = (await server.call<{ id: string }>("POST", "/flows/", { name: "random" })).body.id;
    parentId = (await server.call<{ id: string }>("POST", "/flow_runs/", { flow_id: flowId })).body.id;
  });
  afterAll(() => server.stop());

  let made = 0;
  const createRun = async (given: Scenario) => {
    made += 1;
    const keys = { task_key: "child", dynamic_key: String(made) };
    const tracking = given.subflow
      ? (await server.call<TaskRun>("POST", "/task_runs/", { flow_run_id: parentId, ...keys })).body
      : null;
    const run = await server.call<FlowRun>("POST", "/flow_runs/", {
      flow_id: flowId,
      state: { type: "SCHEDULED" },
      empirical_policy: { retries: given.retries, retry_delay: 0 },
      ...(given.deployed ? { deployment_id: "00000000-0000-4000-8000-00000000000d" } : {}),
      ...(tracking === null ? {} : { parent_task_run_id: tracking.id }),
    });
    return { run: run.body, trackingId: tracking?.id ?? null };
  };

  const propose = (id: string, { type, name, force, data, details }: Step) =>
    type === "resume"
      ? server.call<OrchestrationResult>("POST", `/flow_runs/${id}/resume`, {})
      : server.call<OrchestrationResult>("POST", `/flow_runs/${id}/set_state`, {
          state: { type, name, data, state_details: details },
          force,
        });

  interface Outcome {
    readonly run: FlowRun;
    readonly history: readonly State[];
    /** Ids of the states that the answers said to be written. */
    readonly written: readonly string[];
    readonly forced: ReadonlySet<string>;
    /** Ids of those that took the place of the proposed ones. */
    readonly replaced: ReadonlySet<string>;
    readonly trackingId: string | null;
  }

  const play = async (given: Scenario): Promise<Outcome> => {
    const { run: first, trackingId } = await createRun(given);
    const written = [first.state_id ?? ""];
    const forced = new Set<string>();
    const replaced = new Set<string>();
    for (const group of given.groups) {
      const answers = await Promise.all(group.map((each) => propose(first.id, each)));
      for (const [index, { status, body }] of answers.entries()) {
        expect([200, 201]).toContain(status);
        const reason = "reason" in body.details ? (body.details.reason ?? "") : "";
        const wrote = body.status === "ACCEPT" || (body.status === "REJECT" && writing.test(reason));
        if (!wrote) continue;
        expect(status).toBe(201);
        written.push(body.state?.id ?? "");
        if (body.status === "REJECT") replaced.add(body.state?.id ?? "");
        if (group[index]?.force === true && group[index]?.type !== "resume") forced.add(body.state?.id ?? "");
      }
    }
    const { body: run } = await server.call<FlowRun>("GET", `/flow_runs/${first.id}`);
    const { body: history } = await server.call<State[]>("GET", `/flow_run_states/?flow_run_id=${first.id}`);
    return { run, history, written, forced, replaced, trackingId };
  };

  const checkHistory = ({ run, history, written }: Outcome) => {
    expect(history.map(({ id }) => id).sort()).toEqual([...written].sort());
    const times = history.map(({ timestamp }) => toTimestamp(timestamp));
    for (const [index, time] of times.entries()) if (index > 0) expect(time).toBeGreaterThan(times[index - 1] ?? 0);
    const last = history.at(-1);
    expect(run).toMatchObject({ state_id: last?.id, state_type: last?.type, state_name: last?.name, state: last });
  };

  const checkRepetitions = ({ history, forced }: Outcome) => {
    for (const [index, { id, state_details }] of history.entries()) {
      const previous = history[index - 1]?.state_details.transition_id ?? null;
      if (previous !== null && !forced.has(id)) expect(state_details.transition_id).not.toBe(previous);
    }
  };

  const checkTimes = ({ run, history }: Outcome) => {
    const last = history.at(-1);
    expect(run.next_scheduled_start_time).toBe(last?.type === "SCHEDULED" ? last.state_details.scheduled_time : null);
    let total = 0;
    let start: string | null = null;
    let end: string | null = null;
    for (const [index, { type, timestamp }] of history.entries()) {
      const next = history[index + 1];
      if (type === "RUNNING" && next !== undefined) total += toTimestamp(next.timestamp) - toTimestamp(timestamp);
      if (type === "RUNNING" || isTerminal(type)) start ??= timestamp;
      end = isTerminal(type) ? (end ?? timestamp) : null;
    }
    expect(Math.round(run.total_run_time * 1e6)).toBe(total);
    expect([run.start_time, run.end_time]).toEqual([start, end]);
    expect(run.expected_start_time).toBe(history[0]?.state_details.scheduled_time);
  };

  const checkCount = ({ run, history, forced, replaced }: Outcome) => {
    let count = 0;
    let resuming = false;
    for (const [index, state] of history.entries()) {
      const previous = history[index - 1];
      const byRules = !forced.has(state.id);
      if (byRules && previous !== undefined && isTerminal(previous.type)) resuming = false;
      if (byRules && state.name === "AwaitingRetry") resuming = false;
      if (state.type === "RUNNING" && !resuming) count += 1;
      if (state.type === "RUNNING" || isTerminal(state.type)) resuming = false;
      if (!byRules || previous?.type !== "PAUSED" || replaced.has(state.id)) continue;
      resuming = state.type !== "SCHEDULED" || previous.state_details.pause_reschedule === true;
    }
    expect(run.run_count).toBe(count);
    expect(run.empirical_policy.resuming ?? false).toBe(resuming);
  };

  const checkResults = ({ history, forced }: Outcome) => {
    for (const [index, state] of history.entries()) {
      const previous = history[index - 1];
      if (previous?.type !== "COMPLETED" || JSON.stringify(previous.data) !== JSON.stringify(kept)) continue;
      if (!forced.has(state.id)) expect(isTerminal(state.type)).toBe(true);
      if (state.type === "COMPLETED") expect(state.data).toEqual(kept);
    }
  };

  const checkMirror = async ({ run, history, trackingId }: Outcome) => {
    if (trackingId === null) return;
    const { body: tracking } = await server.call<TaskRun>("GET", `/task_runs/${trackingId}`);
    const { body: mirrored } = await server.call<State[]>("GET", `/task_run_states/?task_run_id=${trackingId}`);
    const seen = ({ type, name, message, timestamp, data }: State) => ({ type, name, message, timestamp, data });
    expect(mirrored.slice(1).map(seen)).toEqual(history.map(seen));
    expect(tracking.state).toMatchObject({ id: mirrored.at(-1)?.id, state_details: { child_flow_run_id: run.id } });
    expect(tracking.run_count).toBe(history.filter(({ type }) => type === "RUNNING").length);
    expect(Math.round(tracking.total_run_time * 1e6)).toBe(Math.round(run.total_run_time * 1e6));
  };

  const checkEvents = async ({ run, history }: Outcome) => {
    const { body } = await server.call<EventPage>("POST", "/events/filter", {
      filter: { resource: { id: [`prefect.flow-run.${run.id}`] }, order: "ASC" },
      limit: 50,
    });
    expect(body.events.map(({ id, event }) => [id, event])).toEqual(
      history.map(({ id, name }) => [id, `prefect.flow-run.${name}`]),
    );
  };

  test("lose and double no state, and the run agrees with its history", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        const outcome = await play(given);
        checkHistory(outcome);
        checkRepetitions(outcome);
        checkTimes(outcome);
        checkCount(outcome);
        checkResults(outcome);
        await checkMirror(outcome);
        await checkEvents(outcome);
      }),
      { numRuns: database.name === "sqlite" ? 60 : 30 },
    );
  });
});
