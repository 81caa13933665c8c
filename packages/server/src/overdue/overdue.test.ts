import { addSeconds, formatTimestamp, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { TaskRun } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import { slotsOn } from "../../test/slots-harness.ts";
import { cancelMissedRuns } from "./missed.service.ts";
import { cancelExpiredRuns, cancelLeftSubflows, failExpiredPauses, markLateRuns } from "./overdue.service.ts";
import { silentClaimsReturner } from "./silent-claims.service.ts";

describeOnEachDatabase("runs that are overdue", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let runs: ReturnType<typeof slotsOn>;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
    runs = slotsOn(server, clock);
  });
  afterAll(() => server.stop());

  const tick = { within: (_seconds: number) => {} };
  const stateOf = async (id: string) => (await runs.read(id)).state_name;
  const scheduledIn = (seconds: number) => ({
    state: {
      type: "SCHEDULED",
      state_details: { scheduled_time: formatTimestamp(addSeconds(clock.now(), seconds)) },
    },
  });

  const madeBySchedule = (ids: readonly string[], schedule: string) =>
    server.context.db.write((tx) =>
      tx
        .updateTable("flow_run")
        .set({ auto_scheduled: 1, created_by: JSON.stringify({ id: schedule, type: "SCHEDULE" }) })
        .where("id", "in", ids)
        .execute(),
    );

  test("a run is late when nobody has started it 15 s after its time, and keeps its time", async () => {
    const deployment = await runs.deployment(null);
    const [due, later] = [await runs.run(deployment, scheduledIn(10)), await runs.run(deployment, scheduledIn(15))];
    const { next_scheduled_start_time: time } = await runs.read(due);
    await clock.advance(24);
    await markLateRuns(server.context, tick);
    expect(await stateOf(due)).toBe("Scheduled");
    await clock.advance(2);
    await markLateRuns(server.context, tick);
    expect(await runs.read(due)).toMatchObject({ state_name: "Late", next_scheduled_start_time: time });
    expect(await stateOf(later)).toBe("Scheduled");
    expect(await runs.claim(due)).toMatchObject({ status: "ACCEPT" });
  });

  test("a run that would be late is cancelled where its deployment is full and wants no queue", async () => {
    const deployment = await runs.deployment(1, { concurrency_options: '{"collision_strategy":"CANCEL_NEW"}' });
    const [holder, other] = [await runs.run(deployment), await runs.run(deployment)];
    await runs.claim(holder);
    await clock.advance(16);
    await markLateRuns(server.context, tick);
    expect(await runs.read(other)).toMatchObject({
      state_type: "CANCELLED",
      state: { message: "Deployment concurrency limit reached." },
    });
  });

  test("more late runs than one tick takes are marked by the next, which is asked for at once", async () => {
    const deployment = await runs.deployment(null);
    await Promise.all(Array.from({ length: 401 }, () => runs.run(deployment)));
    await clock.advance(16);
    const asked: number[] = [];
    await markLateRuns(server.context, { within: (seconds) => asked.push(seconds) });
    expect(asked).toEqual([0]);
    await markLateRuns(server.context, { within: (seconds) => asked.push(seconds) });
    expect(asked).toEqual([0]);
    const left = server.context.db.read.selectFrom("flow_run").select("id").where("deployment_id", "=", deployment.id);
    expect(await left.where("state_name", "=", "Scheduled").execute()).toEqual([]);
  });

  test("a pause that nobody ends in its time fails the run, with Prefect's sentence", async () => {
    const deployment = await runs.deployment(null);
    const run = await runs.run(deployment);
    await runs.setState(run, { type: "RUNNING" });
    const pause_timeout = formatTimestamp(addSeconds(clock.now(), 60));
    await runs.setState(run, { type: "PAUSED", state_details: { pause_timeout, pause_reschedule: true } });
    await clock.advance(50);
    await failExpiredPauses(server.context, tick);
    expect(await stateOf(run)).toBe("Paused");
    await clock.advance(11);
    await failExpiredPauses(server.context, tick);
    expect(await runs.read(run)).toMatchObject({
      state_type: "FAILED",
      state: { message: "The flow was paused and never resumed." },
    });
  });

  test("a run that has not started in the time of its deployment is cancelled; one that has started is not", async () => {
    const deployment = await runs.deployment(null, { run_policy: '{"expire_after_seconds":600}' });
    const other = await runs.deployment(null, { run_policy: '{"on_crash":"restart"}' });
    const [waiting, started] = [await runs.run(deployment), await runs.run(deployment)];
    const elsewhere = await runs.run(other);
    await runs.claim(started);
    await runs.setState(started, { type: "RUNNING" });
    await clock.advance(590);
    await cancelExpiredRuns(server.context, tick);
    expect(await stateOf(waiting)).toBe("Scheduled");
    await runs.setState(started, { type: "SCHEDULED", name: "AwaitingRetry" });
    await clock.advance(11);
    await cancelExpiredRuns(server.context, tick);
    expect(await runs.read(waiting)).toMatchObject({
      state_type: "CANCELLED",
      state: { message: "Expired: it had not started 600 s after its time, and its deployment waits no longer." },
    });
    expect(await stateOf(started)).toBe("AwaitingRetry");
    expect(await stateOf(elsewhere)).not.toBe("Cancelled");
  });

  test("a run that was made after its time has the time of its deployment from then on", async () => {
    const deployment = await runs.deployment(null, { run_policy: '{"expire_after_seconds":600}' });
    const run = await runs.run(deployment, scheduledIn(-86_400));
    await clock.advance(590);
    await cancelExpiredRuns(server.context, tick);
    expect(await stateOf(run)).toBe("Scheduled");
    await clock.advance(20);
    await cancelExpiredRuns(server.context, tick);
    expect(await stateOf(run)).toBe("Cancelled");
  });

  test.each([
    { missed: "all", left: ["first", "second", "asked", "weekly"] },
    { missed: "latest", left: ["second", "asked", "weekly"] },
    { missed: "none", left: ["asked"] },
  ])(
    "of the runs that were missed while nothing served their deployment $missed are left",
    async ({ missed, left }) => {
      const run_policy = JSON.stringify({ missed });
      const deployment = await runs.deployment(null, { run_policy, last_polled: clock.now() });
      const [daily, weekly] = [timeOrderedId(clock.now()), timeOrderedId(clock.now())];
      const made = {
        first: await runs.run(deployment, scheduledIn(10)),
        second: await runs.run(deployment, scheduledIn(20)),
        asked: await runs.run(deployment, scheduledIn(5)),
        weekly: await runs.run(deployment, scheduledIn(15)),
      };
      await madeBySchedule([made.first, made.second], daily);
      await madeBySchedule([made.weekly], weekly);
      const open = async () => {
        const states = await Promise.all(
          Object.entries(made).map(async ([name, id]) => [name, await stateOf(id)] as const),
        );
        return states.filter(([, state]) => state !== "Cancelled").map(([name]) => name);
      };
      await clock.advance(50);
      await cancelMissedRuns(server.context, tick);
      expect(await open()).toEqual(Object.keys(made));
      await clock.advance(11);
      await cancelMissedRuns(server.context, tick);
      expect(await open()).toEqual(left);
    },
  );

  test("a subflow that a cancelled run has called meanwhile is cancelled; one with a process of its own is asked to stop", async () => {
    const deployment = await runs.deployment(null);
    const parent = await runs.run(deployment);
    await runs.setState(parent, { type: "RUNNING" });
    const subflow = async (dynamic_key: string, more: object) => {
      const given = { flow_run_id: parent, task_key: "child", dynamic_key };
      const { body } = await server.call<TaskRun>("POST", "/task_runs/", given);
      return runs.run(deployment, { parent_task_run_id: body.id, ...more });
    };
    await runs.setState(parent, { type: "CANCELLED" });
    const plain = await subflow("0", { deployment_id: null, state: { type: "RUNNING" } });
    const waiting = await subflow("1", {});
    const served = await subflow("2", { state: { type: "RUNNING" } });
    await cancelLeftSubflows(server.context, tick);
    await cancelLeftSubflows(server.context, tick);
    expect(await stateOf(plain)).toBe("Cancelled");
    expect(await stateOf(waiting)).toBe("Cancelled");
    expect(await stateOf(served)).toBe("Cancelling");
  });

  test("a run whose claimer has stopped asking for runs goes back after 90 s, whatever was missed meanwhile", async () => {
    const polled = (at: Timestamp) => ({ last_polled: at });
    const [dead, alive] = [
      await runs.deployment(null, polled(clock.now())),
      await runs.deployment(null, polled(clock.now())),
    ];
    const [lost, kept] = [await runs.run(dead), await runs.run(alive)];
    await runs.claim(lost);
    await runs.claim(kept);
    const look = silentClaimsReturner(server.context, 10);
    const pass = async (seconds: number) => {
      for (let passed = 0; passed < seconds; passed += 10) {
        await clock.advance(10);
        const change = server.context.db.write((tx) =>
          tx.updateTable("deployment").set({ last_polled: clock.now() }).where("id", "=", alive.id).execute(),
        );
        await change;
        await look();
      }
    };
    await look();
    await pass(60);
    await clock.advance(3600);
    await look();
    await pass(30);
    expect(await stateOf(lost)).toBe("Pending");
    await pass(20);
    expect(await runs.read(lost)).toMatchObject({
      state_type: "SCHEDULED",
      state: { message: expect.stringMatching(/^It is to be started again\. Whoever claimed it has not asked/) },
    });
    expect(await stateOf(kept)).toBe("Pending");
  });
});
