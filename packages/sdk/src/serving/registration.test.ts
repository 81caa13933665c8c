import { timeOrderedId } from "@ostinato/core";
import {
  automationsRelatedTo,
  createFlow,
  type Deployment,
  pauseDeployment,
  updateDeploymentSchedule,
} from "@ostinato/protocol";
import { beforeEach, describe, expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import type { DeploymentOptions } from "../flow/deployment-options.ts";
import { checkDeploymentOptions } from "./deployment-checks.ts";
import { findDeployment } from "./deployment-lookup.ts";
import { registerDeployment, type ServedFlow } from "./registration.ts";

const recorder = recordOnOwnServer();
let flow: ServedFlow;

beforeEach(async () => {
  const name = `flow ${timeOrderedId((Date.now() * 1000) as never)}`;
  const { id } = await recorder.client.call(createFlow, { body: { name } });
  const schema = { type: "object", properties: { depth: { type: "integer", maximum: 12 } } };
  flow = {
    id,
    name,
    version: "1",
    description: "trains",
    tags: [],
    parameterSchema: schema,
    isOwnSchema: true,
    automations: [],
    file: `${process.cwd()}/flows/train.ts`,
  };
});

const register = (options: Omit<DeploymentOptions, "name">, resume = false): Promise<Deployment> =>
  registerDeployment(recorder, flow, { options: { name: "nightly", ...options }, resume });

describe("registering a deployment", () => {
  test("says all that its options say", async () => {
    const row = await register({
      cron: "0 2 * * *",
      timezone: "Asia/Seoul",
      parameters: { depth: 8 },
      tags: ["gpu"],
      concurrency: { limit: 2, strategy: "cancel-new", gracePeriod: "2m" },
      missed: "latest",
      expireAfter: "1h",
      onCrash: "restart",
      maxRestarts: 1,
    });
    expect(row).toMatchObject({
      name: "nightly",
      version: "1",
      description: "trains",
      tags: ["gpu"],
      parameters: { depth: 8 },
      entrypoint: `flows/train.ts:${flow.name}`,
      enforce_parameter_schema: true,
      global_concurrency_limit: { limit: 2 },
      concurrency_options: { collision_strategy: "CANCEL_NEW", grace_period_seconds: 120 },
      run_policy: { missed: "latest", expire_after_seconds: 3600, on_crash: "restart", max_restarts: 1 },
      schedules: [{ schedule: { cron: "0 2 * * *", timezone: "Asia/Seoul", day_or: true }, active: true }],
    });
  });

  test.each<Omit<DeploymentOptions, "name">>([
    { cron: "0 2 * * *", parameters: { big: 12345678901234567890n }, concurrency: 3, onCrash: "restart" },
    { interval: "90m", timezone: "Europe/Berlin" },
    {
      schedules: [
        { rrule: "FREQ=DAILY", slug: "daily" },
        { interval: 60, anchor: "2026-01-01T00:00:00Z" },
      ],
    },
    {},
  ])("registering $0 again writes nothing", async (options) => {
    const first = await register(options);
    expect(await register(options)).toEqual(await findDeployment(recorder, flow.name, "nightly"));
    expect(await register(options)).toMatchObject({ updated: first.updated, schedules: first.schedules });
  });

  test("writes what differs, and leaves what somebody has paused", async () => {
    const { id, schedules } = await register({ interval: "1h", tags: ["a"], concurrency: 1, missed: "none" });
    const [schedule] = schedules;
    const params = { id, schedule_id: schedule?.id ?? "" };
    await recorder.client.call(updateDeploymentSchedule, { params, body: { active: false } });
    const changed = await register({ interval: "1h", tags: ["b"] });
    expect(changed).toMatchObject({ tags: ["b"], global_concurrency_limit: null, run_policy: {} });
    expect(changed.schedules).toEqual([{ ...schedule, active: false, updated: expect.anything() }]);
  });

  test("takes up what was paused at its end, and nothing that somebody else has paused", async () => {
    const { id } = await register({ cron: "0 2 * * *" });
    await recorder.client.call(pauseDeployment, { params: { id } });
    expect((await register({ cron: "0 2 * * *" })).paused).toBe(true);
    expect((await register({ cron: "0 2 * * *" }, true)).paused).toBe(false);
  });
});

describe("options of a deployment that are wrong", () => {
  test.each([
    { options: { cron: "0 2 * * *", interval: 60 }, says: "has cron and interval; give one of them" },
    { options: { crn: "0 2 * * *" }, says: 'has no option "crn". Did you mean "cron"?' },
    { options: { cron: "0 25 * * *" }, says: '`cron` "0 25 * * *" can\'t be used' },
    { options: { cron: "0 2 * * *", timezone: "Asia/Soul" }, says: "Asia/Soul" },
    { options: { interval: 0 }, says: "interval is 0; give more than 0" },
    { options: { schedules: [{}] }, says: "schedules[0] is {}; give it one of cron, interval and rrule" },
    { options: { schedules: [{ interval: 60, anchor: "noon" }] }, says: "anchor" },
    { options: { concurrency: 0 }, says: "concurrency is 0; give a whole number, 1 or more" },
    { options: { concurrency: { strategy: "enqueue" } }, says: "concurrency needs its limit" },
    { options: { missed: "some" }, says: 'missed is "some"; give "all" or "latest" or "none"' },
    { options: { onCrash: "again" }, says: 'onCrash is "again"; give "stay" or "restart"' },
  ])("$options", ({ options, says }) => {
    const given = { name: "nightly", ...options } as unknown as DeploymentOptions;
    expect(() => checkDeploymentOptions('Deployment "train/nightly"', given)).toThrow(says);
  });
});

test("the triggers of a served deployment are automations that go with it, and go with their options", async () => {
  const owned = async (id: string) =>
    await recorder.client.call(automationsRelatedTo, {
      params: { resource_id: `prefect.deployment.${id}` },
      query: { owned: true },
    });
  const { id } = await register({ triggers: [{ name: "on payment", when: { event: "order.paid" } }] });
  expect(await owned(id)).toMatchObject([{ name: "on payment", actions: [{ deployment_id: id }] }]);
  await register({});
  expect(await owned(id)).toEqual([]);
});
