import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formWords, namesById, triggerWords } from "./automation-words.ts";
import { metricFormOf, metricTriggerOf } from "./metric-form.ts";
import { templateNames } from "./template-names.ts";
import { templates } from "./templates.ts";
import { formOf, type TriggerForm, type TriggerInput, triggerOf } from "./trigger-form.ts";

const id = (digit: number) => `00000000-0000-4000-8000-00000000000${digit}`;
const names = namesById([
  { id: id(1), kind: "flow", name: "train", of: null },
  { id: id(2), kind: "deployment", name: "nightly", of: "train" },
  { id: id(3), kind: "work-pool", name: "gpu", of: null },
  { id: id(4), kind: "webhook", name: "shop", of: null },
]);

const event = (given: object): TriggerInput =>
  ({ type: "event", posture: "Reactive", threshold: 1, within: 0, ...given }) as TriggerInput;

describe("a trigger that fields can say", () => {
  test.each<[string, TriggerInput]>([
    [
      "When a run of train fails or crashes",
      event({
        expect: ["prefect.flow-run.Failed", "prefect.flow-run.Crashed"],
        match: { "prefect.resource.id": "prefect.flow-run.*" },
        match_related: { "prefect.resource.role": "flow", "prefect.resource.id": `prefect.flow.${id(1)}` },
      }),
    ],
    [
      "When a run of train/nightly with the tag prod fails 3 times within 1 hour",
      event({
        expect: ["prefect.flow-run.Failed"],
        match_related: [
          { "prefect.resource.role": "deployment", "prefect.resource.id": [`prefect.deployment.${id(2)}`] },
          { "prefect.resource.role": "tag", "prefect.resource.id": "prefect.tag.prod" },
        ],
        threshold: 3,
        within: 3600,
      }),
    ],
    [
      "When a run that meets conditions on what it is related to completes",
      event({ expect: ["prefect.flow-run.Completed"], match_related: { "prefect.resource.name": "train" } }),
    ],
    [
      "When a run of train/nightly with the tag gpu fails",
      event({
        expect: ["prefect.flow-run.Failed"],
        match_related: [
          { "prefect.resource.role": "flow", "prefect.resource.name": "train" },
          { "prefect.resource.role": "deployment", "prefect.resource.name": "nightly" },
          { "prefect.resource.role": "tag", "prefect.resource.id": "prefect.tag.gpu" },
        ],
      }),
    ],
    [
      "When work pool gpu stays not ready for 5 minutes",
      event({
        posture: "Proactive",
        match: { "prefect.resource.id": `prefect.work-pool.${id(3)}` },
        after: ["prefect.work-pool.not-ready"],
        expect: ["prefect.work-pool.ready", "prefect.work-pool.paused"],
        for_each: ["prefect.resource.id"],
        within: 300,
      }),
    ],
    [
      "When no asset s3://lake/a.csv is made for 1 day",
      event({
        posture: "Proactive",
        match: { "prefect.resource.id": "s3://lake/a.csv" },
        expect: ["prefect.asset.materialization.succeeded"],
        within: 86_400,
      }),
    ],
    ["When an asset is read", event({ expect: ["prefect.asset.referenced"] })],
    [
      "When any event of the webhook shop comes",
      event({
        expect: ["*"],
        match_related: {
          "prefect.resource.role": "webhook",
          "prefect.resource.id": `ostinato.webhook.${id(4)}`,
        },
      }),
    ],
    [
      "When order.paid of order.* comes",
      event({ expect: ["order.paid"], match: { "prefect.resource.id": "order.*" } }),
    ],
    [
      "When there is no order.paid for 1 day 2 hours",
      event({ posture: "Proactive", expect: ["order.paid"], within: 93_600 }),
    ],
  ])("%s", (words, trigger) => {
    const form = formOf(trigger);
    if (form === undefined) throw new Error("the fields can't say it");
    expect(triggerWords(trigger, names)).toBe(words);
    expect(formWords(form, names)).toBe(words);
    expect(formOf(triggerOf(form))).toEqual(form);
  });

  test.each(templateNames)("the template %s is one", (name) => {
    const { trigger } = templates[name];
    const [form, metric] = [formOf(trigger), metricFormOf(trigger)];
    expect(metric === undefined ? form && triggerOf(form) : metricTriggerOf(metric)).toEqual(trigger);
  });

  test.each<[string, TriggerInput]>([
    [
      "When the success rate of runs of train with the tag prod is below 90 % over 1 day for 5 minutes",
      {
        type: "metric",
        match: { "prefect.resource.id": "prefect.flow-run.*" },
        match_related: [
          { "prefect.resource.role": "flow", "prefect.resource.id": `prefect.flow.${id(1)}` },
          { "prefect.resource.role": "tag", "prefect.resource.id": ["prefect.tag.prod"] },
        ],
        metric: { name: "successes", operator: "<", threshold: 90, range: 86_400 },
      },
    ],
    [
      "When the mean duration of runs is above 1 hour 30 minutes over 5 minutes",
      { type: "metric", metric: { name: "duration", operator: ">", threshold: 5400, firing_for: 0 } },
    ],
    [
      "When the success rate of runs in gpu is at most 0.5 over 5 minutes for 1 minute",
      {
        type: "metric",
        match_related: { "prefect.resource.role": "work-pool", "prefect.resource.id": `prefect.work-pool.${id(3)}` },
        metric: { name: "successes", operator: "<=", threshold: 0.5, firing_for: 60 },
      },
    ],
    [
      "When the mean lateness of runs of train/nightly with the tag gpu is above 10 minutes over 1 hour",
      {
        type: "metric",
        match_related: [
          { "prefect.resource.role": "flow", "prefect.resource.name": "train" },
          { "prefect.resource.role": "deployment", "prefect.resource.name": "nightly" },
          { "prefect.resource.role": "tag", "prefect.resource.id": "prefect.tag.gpu" },
        ],
        metric: { name: "lateness", operator: ">", threshold: 600, range: 3600, firing_for: 0 },
      },
    ],
  ])("%s", (words, trigger) => {
    const form = metricFormOf(trigger);
    if (form === undefined) throw new Error("the fields can't say it");
    expect(triggerWords(trigger, names)).toBe(words);
    expect(metricFormOf(metricTriggerOf(form))).toEqual(form);
    const written = metricTriggerOf(form);
    expect(triggerWords(written, names)).toBe(words);
    if (form.related !== undefined) expect(written).toMatchObject({ match_related: form.related });
  });
});

test.each<[string, object]>([
  ["other labels of runs", { match: { "prefect.resource.id": "prefect.flow-run.*", region: "eu" } }],
  ["a time as text", { metric: { name: "duration", operator: ">", threshold: 1, range: "PT5M" } }],
  ["fields that are not known here", { metric: { name: "duration", operator: ">", threshold: 1, colour: "red" } }],
])("a figure of runs with %s is written as JSON", (_, given) => {
  const usual = { type: "metric", metric: { name: "duration", operator: ">", threshold: 1 } };
  expect(metricFormOf(usual as TriggerInput)).toBeDefined();
  expect(metricFormOf({ ...usual, ...given } as TriggerInput)).toBeUndefined();
});

describe("a trigger that fields can't say is left alone", () => {
  test.each<[string, TriggerInput]>([
    [
      "labels of the resource beside its id",
      event({ expect: ["order.paid"], match: { "prefect.resource.id": "order.1", region: "eu" } }),
    ],
    ["fields that are not known here", event({ expect: ["order.paid"], colour: "red" })],
    ["another for_each", event({ expect: ["order.paid"], for_each: ["region"] })],
    [
      "events of several kinds after which it waits",
      event({ posture: "Proactive", after: ["a"], expect: ["b"], within: 60 }),
    ],
    ["a time as text", event({ expect: ["order.paid"], within: "PT5M" })],
    ["several triggers", { type: "compound", require: "any", within: null, triggers: [event({ expect: ["a"] })] }],
  ])("%s", (_, trigger) => {
    expect(formOf(trigger)).toBeUndefined();
    expect(triggerWords(trigger, names)).not.toBe("");
  });

  test("compound and sequence triggers are sentences", () => {
    const failed = event({ expect: ["prefect.flow-run.Failed"] });
    const paid = event({ expect: ["order.paid"] });
    expect(triggerWords({ type: "sequence", within: 600, triggers: [paid, failed] }, names)).toBe(
      "When order.paid comes, then a run fails within 10 minutes",
    );
    expect(triggerWords({ type: "compound", require: "all", within: null, triggers: [paid, failed] }, names)).toBe(
      "When order.paid comes and a run fails",
    );
  });
});

test("whatever the fields say, nothing of it is lost by saving it", () => {
  const words = fc.subarray(["Failed", "Late", "Running", "Completed", "not-ready", "ready"], { minLength: 1 });
  const forms = fc.record({
    about: fc.constantFrom<TriggerForm["about"]>("flow-run", "work-pool", "event"),
    when: fc.constantFrom<TriggerForm["when"]>("happens", "lasts", "absent"),
    names: words,
    flows: fc.subarray([id(1), id(2)]),
    tags: fc.subarray(["prod", "a.b"]),
    count: fc.integer({ min: 1, max: 5 }),
    within: fc.constantFrom(0, 30, 3600),
  });
  fc.assert(
    fc.property(forms, ({ about, when, names: said, flows, tags, count, within }) => {
      const isRun = about === "flow-run";
      const scope = { flows: isRun ? flows : [], tags: isRun ? tags : [], deployments: [], pools: [] };
      const form: TriggerForm = { about, when, names: said, scope, ids: [], resource: "", count, within };
      const trigger = triggerOf(form);
      const read = formOf(trigger);
      // What is read from a trigger and written again is that trigger.
      if (read !== undefined) expect(triggerOf(read)).toEqual(trigger);
      else expect(when).toBe("lasts");
    }),
  );
});
