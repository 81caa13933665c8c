import { page } from "../filters.ts";
import { type Grammar, type Making, nowhere, pastMoments } from "../grammar.ts";

/** No event of these is sent, so that nothing fires meanwhile. */
const names = ["nobody.did", "nobody.did.*", "prefect.flow-run.Failed", "prefect.flow-run.Pending"] as const;

function match({ random }: Making): unknown {
  return random.pick<unknown>([
    {},
    { "prefect.resource.id": "prefect.flow-run.*" },
    { "prefect.resource.id": ["shop.order.*", "!shop.order.1"], "prefect.resource.name": "order" },
    { "shop.kind": [] },
  ]);
}

function eventTrigger(making: Making) {
  const { random, maybe } = making;
  const posture = random.pick(["Reactive", "Reactive", "Proactive"]);
  return {
    type: random.pick(["event", "event", "event", undefined]),
    posture,
    match: maybe(() => match(making)),
    match_related: maybe(() => random.pick<unknown>([match(making), [match(making), match(making)], []])),
    after: maybe(() => random.pick([[], ["nobody.began"], ["nobody.began", "nobody.began"]])),
    expect: maybe(() => [random.pick(names)]),
    for_each: maybe(() => random.pick([[], ["prefect.resource.id"], ["related:flow:prefect.resource.id"]])),
    threshold: maybe(() => random.pick<unknown>([1, 5, "2", 2.5])),
    within: maybe(() => random.pick<unknown>([0, 10, 60.5, 9, -1, null, "PT1M", "00:02:00", "P1D", "soon"])),
  };
}

function composite(making: Making, nested: number): unknown {
  const { random } = making;
  const triggers = Array.from({ length: random.pick([1, 2, 2, 3]) }, () => trigger(making, nested + 1));
  const within = random.pick<unknown>([60, null, "PT5M", 0]);
  if (random.next() < 0.4) return { type: "sequence", triggers, within };
  return { type: "compound", triggers, within, require: random.pick<unknown>(["all", "any", 1, 2, 4, 0, "some"]) };
}

function trigger(making: Making, nested = 0): unknown {
  return nested < 2 && making.random.next() < 0.25 ? composite(making, nested) : eventTrigger(making);
}

function action(making: Making): unknown {
  const { random, some, maybe } = making;
  const deployment = random.pick([nowhere, some("deployment")]);
  return random.pick<() => unknown>([
    () => ({ type: "do-nothing" }),
    () => ({
      type: "run-deployment",
      source: maybe(() => random.pick(["selected", "inferred"])),
      deployment_id: random.pick([deployment, null, undefined]),
      parameters: maybe(() => random.pick<unknown>([{}, { a: "{{ event.id }}" }, { a: "{{ event.id" }, null])),
      job_variables: maybe(() => random.pick<unknown>([{}, null])),
      schedule_after: maybe(() => random.pick<unknown>([0, 60, "PT1H", -5])),
    }),
    () => ({
      type: random.pick(["pause-deployment", "resume-deployment"]),
      source: maybe(() => random.pick(["selected", "inferred"])),
      deployment_id: random.pick([deployment, null, undefined]),
    }),
    () => ({ type: random.pick(["cancel-flow-run", "suspend-flow-run", "resume-flow-run", "delete-flow-run"]) }),
    () => ({
      type: "change-flow-run-state",
      state: random.pick(["FAILED", "COMPLETED", "DONE"]),
      name: maybe(() => "Other"),
      message: maybe(() => random.pick(["why", null])),
      force: maybe(() => random.pick([true, false])),
    }),
    () => ({
      type: random.pick(["pause-work-queue", "resume-work-queue"]),
      work_queue_id: random.pick([nowhere, null, undefined]),
      source: maybe(() => random.pick(["selected", "inferred"])),
    }),
    () => ({
      type: random.pick(["pause-work-pool", "resume-work-pool"]),
      work_pool_id: random.pick([nowhere, undefined]),
      source: maybe(() => random.pick(["selected", "inferred"])),
    }),
    () => ({
      type: random.pick(["pause-automation", "resume-automation"]),
      automation_id: random.pick([nowhere, some("automation"), undefined]),
      source: maybe(() => random.pick(["selected", "inferred"])),
    }),
    () => ({
      type: "send-notification",
      block_document_id: nowhere,
      subject: maybe(() => random.pick(["Hello", "{{ automation.name }}", "{% if %}"])),
      body: random.pick(["{{ event.id }}", "{{ event.id", "text", undefined]),
    }),
    () => ({
      type: "call-webhook",
      block_document_id: nowhere,
      payload: maybe(() => random.pick<unknown>(["{{ event.id }}", "{{ event.id", { a: 1 }, null, ""])),
    }),
  ])();
}

function automation(making: Making) {
  const { random, maybe, word } = making;
  const actions = () => Array.from({ length: random.pick([0, 1, 1, 2]) }, () => action(making));
  return {
    name: random.pick([`automation-${word()}`, `automation-${word()}`, "one name"]),
    description: maybe(() => random.pick(["", "Says **why**."])),
    enabled: maybe(() => random.pick([true, false])),
    tags: maybe(() => random.pick([["a"], ["a", "b"], ["b", "b"], []])),
    trigger: trigger(making),
    actions: actions(),
    actions_on_trigger: maybe(actions),
    actions_on_resolve: maybe(actions),
  };
}

function automationFilter({ random, some }: Making): unknown {
  return random.pick<unknown>([
    null,
    {},
    { id: { any_: [some("automation"), nowhere] } },
    { id: { any_: [] } },
    { name: { any_: ["one name", "no such name"] } },
    { name: { any_: [] } },
    { created: { before_: random.pick(pastMoments) } },
    { created: { before_: "2091-02-03T04:05:06.7Z" } },
    { tags: { all_: random.pick([["a"], ["a", "b"], []]) } },
    { tags: { any_: random.pick([["a"], ["a", "b"], []]) } },
    { tags: { is_null_: random.pick([true, false]) } },
    { tags: { operator: "or_", all_: ["b"], is_null_: true } },
    { operator: "or_", name: { any_: ["one name"] }, tags: { all_: ["a"] } },
    { operator: "and_", name: { any_: ["one name"] }, tags: { all_: ["a"] } },
  ]);
}

const sorts = ["NAME_ASC", "NAME_DESC", "CREATED_DESC", "UPDATED_DESC"] as const;

const templates: readonly unknown[] = [
  "",
  "text",
  "{{ flow_run.name }}",
  "{{ flow_run.name",
  "{% if flow_run %}yes{% endif %}",
  "{% if flow_run %}yes",
  "{% unknown %}",
  "{% for a in [1, 2] %}{{ a }}{% endfor %}",
  "{% for a in [1] %}{% for b in [1] %}{{ b }}{% endfor %}{% endfor %}",
  "{% for a in [1] %}{% for b in [1] %}{% for c in [1] %}{{ c }}{% endfor %}{% endfor %}{% endfor %}",
  "{{ event.resource.id | tojson }}",
  "{{ 1 | nofilter }}",
  "{{ range(3) | list }}",
  "{% set a = 1 %}{{ a }}",
  "{% macro m() %}{% endmacro %}",
  "{# only a comment #}",
  "{{ a if b }}\n{{ c }}\n{{",
];

/** `/automations/related-to/` and `/owned-by/` of a resource. */
function owner({ random }: Making): string {
  return random.pick(["prefect.deployment.1", "prefect.deployment.2"]);
}

export const automations: Grammar = {
  noun: "automations",
  makes: { "POST /automations/": "automation" },
  removal: { automation: "/automations/{id}" },
  operations: [
    {
      name: "create an automation",
      weight: 4,
      make: (making) => ({
        method: "POST",
        path: "/automations/",
        body: { ...automation(making), owner_resource: making.maybe(() => making.random.pick([owner(making), null])) },
      }),
    },
    {
      name: "read an automation",
      needs: ["automation"],
      make: ({ some }) => ({ method: "GET", path: `/automations/${some("automation")}` }),
    },
    {
      name: "replace an automation",
      needs: ["automation"],
      weight: 2,
      make: (making) => ({
        method: "PUT",
        path: `/automations/${making.some("automation")}`,
        body: automation(making),
      }),
    },
    {
      name: "switch an automation",
      needs: ["automation"],
      weight: 2,
      make: ({ some, random }) => ({
        method: "PATCH",
        path: `/automations/${some("automation")}`,
        body: random.pick<unknown>([{ enabled: true }, { enabled: false }, {}]),
      }),
    },
    {
      name: "delete an automation",
      needs: ["automation"],
      make: ({ some }) => ({ method: "DELETE", path: `/automations/${some("automation")}` }),
    },
    {
      name: "list automations",
      weight: 3,
      make: (making) => ({
        method: "POST",
        path: "/automations/filter",
        body: making.maybe(() => ({ ...page(making, sorts), automations: automationFilter(making) })),
      }),
    },
    {
      name: "count automations",
      make: (making) => ({
        method: "POST",
        path: "/automations/count",
        body: making.maybe(() => ({ automations: automationFilter(making) })),
      }),
    },
    {
      name: "automations of a resource",
      make: (making) => ({ method: "GET", path: `/automations/related-to/${owner(making)}` }),
    },
    {
      name: "delete the automations of a resource",
      make: (making) => ({ method: "DELETE", path: `/automations/owned-by/${owner(making)}` }),
    },
    {
      name: "check a template",
      weight: 2,
      make: ({ random }) => ({ method: "POST", path: "/templates/validate", body: random.pick(templates) }),
    },
  ],
  documented: [
    { method: "POST", path: "/automations/" },
    { method: "PUT", path: "/automations/{id}", parameters: { id: "automation" } },
    { method: "PATCH", path: "/automations/{id}", parameters: { id: "automation" } },
    { method: "POST", path: "/automations/filter" },
    { method: "POST", path: "/automations/count" },
  ],
};
