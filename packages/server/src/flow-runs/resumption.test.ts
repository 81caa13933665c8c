import type { FlowRun, FlowRunInput, OrchestrationResult } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

const keyset = (key: string) => ({
  description: `${key}-description`,
  response: `${key}-response`,
  schema: `${key}-schema`,
});

const approval = {
  type: "object",
  properties: { approved: { type: "boolean" }, n: { type: "integer" }, note: { type: "string" } },
  required: ["approved"],
  additionalProperties: false,
};

const secondsOfPause = 60;

describeOnEachDatabase("answers to paused runs", (database) => {
  let server: TestServer;
  let clock: FakeClock;
  let flowId: string;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    flowId = (await server.call<{ id: string }>("POST", "/flows/", { name: "asks" })).body.id;
  });
  afterAll(() => server.stop());

  const read = async (id: string) => (await server.call<FlowRun>("GET", `/flow_runs/${id}`)).body;
  const propose = (id: string, state: object, force = false) =>
    server.call<OrchestrationResult>("POST", `/flow_runs/${id}/set_state`, { state, force });
  const answer = (id: string, run_input: object) =>
    server.call<OrchestrationResult>("POST", `/flow_runs/${id}/resume`, { run_input });
  const keptAnswer = async (id: string, key: string) => {
    const { body } = await server.call<FlowRunInput[]>("POST", `/flow_runs/${id}/input/filter`, {
      prefix: `${key}-response`,
    });
    return body[0] === undefined ? undefined : (JSON.parse(body[0].value) as unknown);
  };

  const deadline = () => clock.now() / 1_000_000 + secondsOfPause;

  /** What a client does to pause a run: the state, and then the schema of the answer. */
  async function pause(id: string, key: string, { suspends = false } = {}): Promise<OrchestrationResult> {
    const { body } = await propose(id, {
      type: "PAUSED",
      name: suspends ? "Suspended" : "Paused",
      state_details: {
        pause_key: key,
        pause_timeout: deadline(),
        pause_reschedule: suspends,
        run_input_keyset: keyset(key),
      },
    });
    if (body.status === "ACCEPT") {
      const value = JSON.stringify(approval);
      await server.call("POST", `/flow_runs/${id}/input`, { key: `${key}-schema`, value });
    }
    return body;
  }

  async function running(more: object = {}): Promise<string> {
    const run = await server.call<FlowRun>("POST", "/flow_runs/", { flow_id: flowId, ...more });
    await propose(run.body.id, { type: "RUNNING" });
    return run.body.id;
  }

  async function paused(): Promise<string> {
    const id = await running();
    await pause(id, "k");
    return id;
  }

  const reasonOf = ({ body }: { readonly body: OrchestrationResult }) =>
    "reason" in body.details ? body.details.reason : undefined;

  describe("that are wrong", () => {
    test("name the field, and leave the run as it is", async () => {
      const id = await paused();
      const wrong = await answer(id, { approved: "perhaps" });
      expect(wrong).toMatchObject({ status: 200, body: { status: "REJECT", state: { type: "PAUSED" } } });
      expect(reasonOf(wrong)).toMatch(/approved.*'perhaps' is not of type 'boolean'/);
      expect(reasonOf(await answer(id, {}))).toMatch(/'approved' is a required property/);
      expect(reasonOf(await answer(id, { approved: true, colour: "red" }))).toMatch(/colour/);
      expect((await server.call("POST", `/flow_runs/${id}/resume`, { run_input: "yes" })).status).toBe(422);
      expect(await answer(id, { approved: true })).toMatchObject({ status: 201, body: { status: "ACCEPT" } });
      expect(await keptAnswer(id, "k")).toEqual({ approved: true });
    });

    test("and of 10 MB are refused as a whole", async () => {
      const id = await paused();
      const huge = await server.call<{ detail: string }>("POST", `/flow_runs/${id}/resume`, {
        run_input: { approved: true, note: "x".repeat(10 * 1024 * 1024) },
      });
      expect(huge.status).toBe(413);
      expect(JSON.stringify(huge.body)).toMatch(/4 MiB|4194304|too large/i);
      expect((await read(id)).state_type).toBe("PAUSED");
    });

    test("because they come after the time-out end the run as failed", async () => {
      const id = await paused();
      await clock.advance(secondsOfPause + 1);
      const late = await answer(id, { approved: true });
      expect(late.body).toMatchObject({ status: "REJECT", state: { type: "FAILED" } });
      expect(reasonOf(late)).toBe("The flow run pause has timed out and can no longer resume.");
      expect(await keptAnswer(id, "k")).toBeUndefined();
      expect(reasonOf(await answer(id, { approved: true }))).toBe("Cannot resume a flow run that is not paused.");
    });
  });

  test("of two people at once: one is taken, the other is told so", async () => {
    for (let n = 0; n < 5; n += 1) {
      const id = await paused();
      const given = [1, 2, 3].map((who) => ({ approved: true, n: who }));
      const answers = await Promise.all(given.map((each) => answer(id, each)));
      expect(answers.map(({ body }) => body.status).toSorted()).toEqual(["ABORT", "ABORT", "ACCEPT"]);
      const taken = answers.findIndex(({ body }) => body.status === "ACCEPT");
      expect(await keptAnswer(id, "k")).toEqual(given[taken]);
      expect(reasonOf(answers[(taken + 1) % 3] as { body: OrchestrationResult })).toBe(
        "Cannot resume a flow run that is not paused.",
      );
    }
  });

  test("count though somebody has kept a value under their key by hand", async () => {
    const id = await paused();
    await server.call("POST", `/flow_runs/${id}/input`, { key: "k-response", value: '{"approved": false}' });
    await answer(id, { approved: true });
    expect(await keptAnswer(id, "k")).toEqual({ approved: true });
  });

  test("say who gave them, as far as the server knows", async () => {
    const askedFrom = async (headers: Record<string, string>) => {
      const id = await paused();
      const payload = { run_input: { approved: true } };
      await server.app.inject({ method: "POST", url: `/api/flow_runs/${id}/resume`, headers, payload });
      const { state } = await read(id);
      expect(state?.type).toBe("RUNNING");
      return state?.state_details.asked_by;
    };
    expect(await askedFrom({})).toEqual({ from: "api", user: null });
    expect(await askedFrom({ "x-ostinato-client": "page" })).toEqual({ from: "page", user: null });
    expect(await askedFrom({ "x-ostinato-client": "<b>page</b>" })).toEqual({ from: "api", user: null });
    expect(await askedFrom({ "user-agent": "prefect/3.9.1 (API 0.8.4)" })).toEqual({
      from: "prefect 3.9.1",
      user: null,
    });
  });

  test("a process that ends its pause does not take back an answer that was just in time", async () => {
    const id = await paused();
    const end = { type: "FAILED", state_details: { pause_key: "k" } };
    await answer(id, { approved: true });
    const refused = await propose(id, end);
    expect(refused.body).toMatchObject({ status: "REJECT", state: { type: "RUNNING" } });
    expect(reasonOf(refused)).toBe("The pause has ended already.");
    await pause(id, "other");
    expect((await propose(id, end)).body.status).toBe("REJECT");
    expect((await propose(id, { ...end, state_details: { pause_key: "other" } })).body).toMatchObject({
      status: "ACCEPT",
      state: { type: "FAILED" },
    });
  });

  type Step =
    | "pause"
    | "suspend"
    | "answer"
    | "wrong answer"
    | "advance"
    | "time out"
    | "end by process"
    | "cancel"
    | "confirm";
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("pause" as const, "answer" as const) },
    {
      weight: 5,
      arbitrary: fc.constantFrom<Step>(
        "suspend",
        "wrong answer",
        "advance",
        "time out",
        "end by process",
        "cancel",
        "confirm",
      ),
    },
  );

  /** Steps of one group happen at once. */
  const scenario = fc.record({
    isDeployed: fc.boolean(),
    groups: fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 10 }),
  });

  test("in any order with pauses, time-outs and cancels lead to an allowed state, and are never lost", {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ isDeployed, groups }) => {
        const id = await running(isDeployed ? { deployment_id: "00000000-0000-4000-8000-00000000000d" } : {});
        let pauses = 0;
        let answers = 0;
        const current = () => `k${pauses}`;
        const acknowledged = new Map<string, number>();
        const play = async (each: Step): Promise<void> => {
          switch (each) {
            case "pause":
            case "suspend": {
              pauses += 1;
              await pause(id, current(), { suspends: each === "suspend" });
              return;
            }
            case "answer": {
              answers += 1;
              const n = answers;
              const { body } = await answer(id, { approved: true, n });
              if (body.status !== "ACCEPT") return;
              expect(["RUNNING", "SCHEDULED"]).toContain(body.state?.type);
              // The pause that was answered is the one whose answer was kept now.
              for (let key = pauses; key > 0; key -= 1) {
                const kept = (await keptAnswer(id, `k${key}`)) as { n: number } | undefined;
                if (kept?.n === n) acknowledged.set(`k${key}`, n);
              }
              expect([...acknowledged.values()]).toContain(n);
              return;
            }
            case "wrong answer":
              expect((await answer(id, { approved: 5 })).body.status).not.toBe("ACCEPT");
              return;
            case "advance":
              await clock.advance(secondsOfPause / 2);
              return;
            case "time out":
              await clock.advance(secondsOfPause + 1);
              await server.tick("expired-pauses");
              return;
            case "end by process":
              await propose(id, { type: "FAILED", state_details: { pause_key: current() } });
              return;
            case "cancel":
              await propose(id, { type: "CANCELLING" });
              return;
            case "confirm":
              if ((await read(id)).state_type === "CANCELLING") await propose(id, { type: "CANCELLED" }, true);
          }
        };
        for (const group of groups) {
          await Promise.all(group.map(play));
          for (const [key, n] of acknowledged) expect(await keptAnswer(id, key)).toMatchObject({ n });
        }
        const last = await read(id);
        expect(["RUNNING", "PAUSED", "SCHEDULED", "FAILED", "CANCELLING", "CANCELLED"]).toContain(last.state_type);
        // Nothing stays paused after its time.
        await clock.advance(secondsOfPause + 2);
        await server.tick("expired-pauses");
        expect((await read(id)).state_type).not.toBe("PAUSED");
      }),
      { numRuns: 25 },
    );
  });
});
