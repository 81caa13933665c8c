import {
  type ActionInput,
  createDeployment,
  createFlow,
  createQueueOfPool,
  createWorkPool,
  readAutomation,
} from "@ostinato/protocol";
import { beforeAll, describe, expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { block, flow } from "../index.ts";
import { reveal } from "../secrets/redaction.ts";
import * as automations from "./index.ts";
import type { When } from "./when.ts";

const { automation, doNothing, notify, slack } = automations;
const recorder = recordOnOwnServer();
const train = flow({ name: "train" }, async () => {});

const read = (id: string) => recorder.client.call(readAutomation, { params: { id } });

/** The trigger that the server keeps, without its ids and without what it leaves to the defaults. */
async function keptTrigger(when: When) {
  const one = automation({ name: JSON.stringify(when), when, then: doNothing() });
  const { id } = await one.save();
  expect(await one.save()).toMatchObject({ outcome: "unchanged" });
  return (await read(id)).trigger;
}

const flowOf = (name: string) => ({ "prefect.resource.role": "flow", "prefect.resource.name": name });

describe("an automation waits for", () => {
  test.each([
    {
      when: { flow: train, state: "Failed", times: 3, within: "10m" },
      trigger: {
        posture: "Reactive",
        expect: ["prefect.flow-run.Failed"],
        match_related: flowOf("train"),
        threshold: 3,
        within: 600,
      },
    },
    {
      when: { deployment: "train/nightly", tag: "gpu", state: ["Failed", "Crashed"] },
      trigger: {
        expect: ["prefect.flow-run.Failed", "prefect.flow-run.Crashed"],
        match_related: [
          flowOf("train"),
          { "prefect.resource.role": "deployment", "prefect.resource.name": "nightly" },
          { "prefect.resource.role": "tag", "prefect.resource.id": "prefect.tag.gpu" },
        ],
      },
    },
    {
      when: { flow: "train", noState: "Completed", within: "1d" },
      trigger: {
        posture: "Proactive",
        expect: ["prefect.flow-run.Completed"],
        after: [],
        for_each: [],
        within: 86_400,
      },
    },
    {
      when: { flow: "train", after: "Running", noState: ["Completed", "Failed"], within: "1h" },
      trigger: {
        posture: "Proactive",
        after: ["prefect.flow-run.Running"],
        for_each: ["prefect.resource.id"],
        within: 3600,
      },
    },
    {
      when: {
        event: "order.*",
        resource: "order/*",
        related: { "prefect.resource.id": ["shop/1", "shop/2"] },
        after: "shop.opened",
      },
      trigger: {
        expect: ["order.*"],
        match: { "prefect.resource.id": "order/*" },
        match_related: { "prefect.resource.id": ["shop/1", "shop/2"] },
        after: ["shop.opened"],
      },
    },
    {
      when: { noEvent: "order.paid", within: "1h", times: 2 },
      trigger: { posture: "Proactive", threshold: 2, within: 3600 },
    },
    {
      when: { workPool: "gpu", status: "not-ready" },
      trigger: { expect: ["prefect.work-pool.not-ready"], match: { "prefect.resource.name": "gpu" } },
    },
    {
      when: { metric: "successes", flow: train, below: 0.9, over: "1d" },
      trigger: {
        type: "metric",
        match_related: flowOf("train"),
        metric: { name: "successes", operator: "<", threshold: 0.9, range: 86_400, firing_for: 300 },
      },
    },
    {
      when: { metric: "duration", deployment: "train/nightly", atLeast: "30m", lasting: "10m" },
      trigger: { metric: { name: "duration", operator: ">=", threshold: 1800, range: 300, firing_for: 600 } },
    },
    {
      when: { all: [{ event: "a" }, { any: [{ event: "b" }, { event: "c" }] }], within: "1h" },
      trigger: {
        type: "compound",
        require: "all",
        within: 3600,
        triggers: [{ expect: ["a"] }, { require: "any", within: null }],
      },
    },
    {
      when: { atLeast: 2, of: [{ event: "a" }, { event: "b" }, { event: "c" }] },
      trigger: { type: "compound", require: 2 },
    },
    { when: { sequence: [{ event: "a" }, { event: "b" }], within: 60 }, trigger: { type: "sequence", within: 60 } },
    {
      when: { trigger: { type: "event", posture: "Reactive", expect: ["x"] } },
      trigger: { type: "event", expect: ["x"] },
    },
  ] satisfies { readonly when: When; readonly trigger: object }[])("$when", async ({ when, trigger }) => {
    expect(await keptTrigger(when)).toMatchObject(trigger);
  });
});

describe("an automation does", () => {
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    const { client } = recorder;
    const { id: flow_id } = await client.call(createFlow, { body: { name: "train" } });
    ids.deployment = (await client.call(createDeployment, { body: { name: "nightly", flow_id } })).id;
    ids.pool = (await client.call(createWorkPool, { body: { name: "gpu", type: "process" } })).id;
    const queue = { params: { work_pool_name: "gpu" }, body: { name: "urgent" } };
    ids.queue = (await client.call(createQueueOfPool, queue)).id;
    const schema = { type: "object", properties: { url: { type: "string" } } } as const;
    await block({ type: "team-chat", schema }).save("team", { url: "https://chat.example" });
    ids.other = (await automation({ name: "other", when: { event: "x" }, then: doNothing() }).save()).id;
  });

  const chat = { type: "team-chat", name: "team" };
  test.each([
    {
      action: automations.runDeployment("train/nightly", { parameters: { n: "{{ event.id }}" }, after: "5m" }),
      id: "deployment",
      field: "deployment_id",
    },
    { action: automations.runDeployment(), fields: { type: "run-deployment", source: "inferred" } },
    {
      action: automations.pauseDeployment(train.toDeployment({ name: "nightly" })),
      id: "deployment",
      field: "deployment_id",
    },
    { action: automations.resumeDeployment(), fields: { type: "resume-deployment", source: "inferred" } },
    { action: automations.pauseWorkPool("gpu"), id: "pool", field: "work_pool_id" },
    { action: automations.resumeWorkPool("gpu"), id: "pool", field: "work_pool_id" },
    { action: automations.pauseWorkQueue("gpu/urgent"), id: "queue", field: "work_queue_id" },
    { action: automations.resumeWorkQueue(), fields: { type: "resume-work-queue", source: "inferred" } },
    { action: automations.pauseAutomation("other"), id: "other", field: "automation_id" },
    { action: automations.resumeAutomation("other"), id: "other", field: "automation_id" },
    { action: automations.cancelRun(), fields: { type: "cancel-flow-run" } },
    { action: automations.suspendRun(), fields: { type: "suspend-flow-run" } },
    { action: automations.resumeRun(), fields: { type: "resume-flow-run" } },
    { action: automations.deleteRun(), fields: { type: "delete-flow-run" } },
    {
      action: automations.changeState("Failed", { message: "late" }),
      fields: { state: "FAILED", name: "Failed", message: "late", force: false },
    },
    {
      action: automations.callWebhook(chat, { payload: { a: 1 } }),
      fields: { type: "call-webhook", payload: '{\n  "a": 1\n}' },
    },
    {
      action: notify(chat, { subject: "a", body: "b" }),
      fields: { type: "send-notification", subject: "a", body: "b" },
    },
    { action: doNothing(), fields: { type: "do-nothing" } },
  ] as readonly { action: automations.Action; id?: string; field?: string; fields?: object }[])(
    "$action.type $fields",
    async ({ action, id, field, fields }) => {
      const saved = await automation({ name: JSON.stringify(action), when: { event: "x" }, then: action }).save();
      const [kept] = (await read(saved.id)).actions as readonly ActionInput[];
      expect(kept).toMatchObject({
        type: action.type,
        ...fields,
        ...(id === undefined ? {} : { [String(field)]: ids[id] }),
      });
      expect(
        await automation({ name: JSON.stringify(action), when: { event: "x" }, then: action }).save(),
      ).toMatchObject({ outcome: "unchanged" });
    },
  );
});

test("saving an automation again changes it, and keeps whether somebody has switched it off", async () => {
  const options = { name: "again", tags: ["team"], when: { event: "a", times: 2 }, then: [doNothing()] } as const;
  const first = await automation({ ...options, enabled: false }).save();
  expect(first).toEqual({ id: expect.any(String), name: "again", outcome: "created" });
  expect(await automation(options).save()).toEqual({ ...first, outcome: "unchanged" });
  expect(await automation({ ...options, when: { event: "b" } }).save()).toEqual({ ...first, outcome: "changed" });
  expect(await read(first.id)).toMatchObject({
    enabled: false,
    tags: ["team"],
    trigger: { expect: ["b"], threshold: 1 },
  });
});

test("an automation with a secret that the program knows is kept without it, and saved again does not change", async () => {
  reveal("the-secret-of-the-team");
  const description = "Tells the team: the-secret-of-the-team";
  const one = automation({ name: "secret", description, when: { event: "a" }, then: [doNothing()] });
  const { id } = await one.save();
  expect((await read(id)).description).toBe("Tells the team: ********");
  expect(await one.save()).toMatchObject({ outcome: "unchanged" });
});

test.each([
  { options: { name: "a", when: { event: "b" } }, says: "needs what it does" },
  { options: { name: "a", then: [] }, says: "needs what it waits for" },
  { options: { when: { event: "b" }, then: [] }, says: "needs a name" },
  { options: { name: "a", when: { flow: train }, then: [] }, says: "give { flow: train, state:" },
  { options: { name: "a", when: { flow: train, state: "Faild" }, then: [] }, says: 'when: state is "Faild"' },
  { options: { name: "a", when: { noEvent: "b", within: "5s" }, then: [] }, says: "give at least 10 seconds" },
  { options: { name: "a", when: { noEvent: "b" }, then: [] }, says: "needs the time in which nothing comes" },
  {
    options: { name: "a", when: { all: [{ event: "b" }, { evnt: "c" }] }, then: [] },
    says: "when.all[1] is { evnt: 'c' }",
  },
  { options: { name: "a", when: { atLeast: 3, of: [{ event: "b" }] }, then: [] }, says: "give at most 1" },
  {
    options: { name: "a", when: { metric: "failures", above: 1 }, then: [] },
    says: "give successes, duration, lateness",
  },
  { options: { name: "a", when: { metric: "duration", above: 1, below: 3 }, then: [] }, says: "needs one value" },
  { options: { name: "a", when: { metric: "successes", above: "1h" }, then: [] }, says: "give a part of the runs" },
  {
    options: { name: "a", when: { metric: "successes", below: 0.9, over: "1m" }, then: [] },
    says: "at least 5 minutes",
  },
  { options: { name: "a", when: { event: "b" }, then: ["email"] }, says: 'then has "email"' },
  { options: { name: "a", when: { event: "b", time: 2 }, then: [] }, says: 'no option "time"' },
])("what is wrong with an automation is said by its place: $says", ({ options, says }) => {
  expect(() => automation(options as never)).toThrow(says);
});

test("an automation that names what is not there is not saved", async () => {
  const save = (action: automations.Action) => automation({ name: "lost", when: { event: "x" }, then: action }).save();
  await expect(save(notify(slack("nobody")))).rejects.toThrow(
    'Automation "lost": there is no block "slack-webhook/nobody" on the server',
  );
  await expect(save(automations.runDeployment("train/weekly"))).rejects.toThrow(
    'there is no deployment "train/weekly"',
  );
  expect(() => notify("team" as never)).toThrow('takes a block, such as slack("team")');
});
