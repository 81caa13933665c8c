import { describe, expect, test } from "vitest";
import { readPrefectYaml } from "./prefect-yaml.ts";

const read = (text: string, environment: NodeJS.ProcessEnv = {}) =>
  readPrefectYaml(text, { shown: "prefect.yaml", environment });

describe("a prefect.yaml", () => {
  test("gives deployments with all that they say", () => {
    const { name, entries, remarks } = read(
      `
name: flows
prefect-version: 3.9.1
pull:
- prefect.deployments.steps.git_clone: { repository: "https://example.com/a.git", access_token: "{{ $TOKEN }}" }
definitions:
  tags: &tags [gpu, night]
  nightly: &nightly { cron: 0 2 * * *, timezone: Asia/Seoul, day_or: false }
  pool: &pool
    name: machines
    work_queue_name: "{{ $QUEUE }}"
    job_variables: &variables { env: { LEVEL: debug }, image: "train:{{ $TAG }}" }
deployments:
- name: nightly
  version: 1.5
  tags: *tags
  description: trains
  entrypoint: flows/train.ts:train
  schedule: *nightly
  parameters: { depth: 8 }
  concurrency_limit: { limit: 2, collision_strategy: CANCEL_NEW, grace_period_seconds: 120 }
  work_pool: *pool
- name: hourly
  entrypoint: flows/load.ts:load
  tags: one
  paused: true
  concurrency_limit: 3
  schedules:
  - { interval: 3600, anchor_date: "2026-01-01T00:00:00Z", slug: a, active: "{{ $ACTIVE }}" }
  - { interval: PT1H30M, slug: b }
  - { interval: "1:30:00", slug: c, parameters: { n: 1 } }
  - { rrule: FREQ=DAILY }
  pull:
    prefect.deployments.steps.set_working_directory: { directory: /srv }
  work_pool: { <<: *pool, job_variables: { <<: *variables, image: other } }
`,
      { QUEUE: "urgent", TAG: "3", ACTIVE: "false" },
    );
    expect([name, remarks]).toEqual(["flows", []]);
    expect(entries).toEqual([
      {
        options: {
          name: "nightly",
          version: "1.5",
          description: "trains",
          entrypoint: "flows/train.ts:train",
          tags: ["gpu", "night"],
          parameters: { depth: 8 },
          schedules: [{ cron: "0 2 * * *", timezone: "Asia/Seoul", dayOr: false }],
          concurrency: { limit: 2, strategy: "cancel-new", gracePeriod: 120 },
          workPool: "machines",
          workQueue: "urgent",
          jobVariables: { env: { LEVEL: "debug" }, image: "train:3" },
        },
        pullSteps: [
          {
            "prefect.deployments.steps.git_clone": {
              repository: "https://example.com/a.git",
              access_token: "{{ $TOKEN }}",
            },
          },
        ],
      },
      {
        options: {
          name: "hourly",
          entrypoint: "flows/load.ts:load",
          tags: ["one"],
          paused: true,
          schedules: [
            { interval: 3600, anchor: "2026-01-01T00:00:00Z", slug: "a", active: false },
            { interval: 5400, slug: "b" },
            { interval: 5400, slug: "c", parameters: { n: 1 } },
            { rrule: "FREQ=DAILY" },
          ],
          concurrency: 3,
          workPool: "machines",
          workQueue: "urgent",
          jobVariables: { env: { LEVEL: "debug" }, image: "other" },
        },
        pullSteps: [{ "prefect.deployments.steps.set_working_directory": { directory: "/srv" } }],
      },
    ]);
  });

  test("tells what of it is not done", () => {
    const { remarks } = read(`
build: [{ prefect_docker.deployments.steps.build_docker_image: { image_name: a } }]
deployments:
- { name: a, entrypoint: a.ts:a, entrypiont: b.ts:b, sla: [{ name: late }], schedule: {} }
- { name: b, entrypoint: a.ts:a, build: [] }
`);
    expect(remarks).toEqual([
      'prefect.yaml: a: "entrypiont" means nothing here. Did you mean "entrypoint"?',
      "prefect.yaml: a: its build steps are not run. Do what they do before this command, and name the image in job_variables.",
      "prefect.yaml: a: this command does not make its sla.",
    ]);
  });

  test("reads triggers as Prefect's client does, and leaves templates to their firing", () => {
    const { entries } = read(
      `
deployments:
- name: a
  entrypoint: a.ts:a
  triggers:
  - { expect: [order.paid], match: { shop: "{{ $SHOP }}" }, parameters: { id: "{{ event.resource.id }}" }, schedule_after: 60 }
  - { type: compound, require: all, enabled: false, name: both, triggers: [{ expect: [x] }, { posture: Proactive, expect: [y], within: 60 }] }
`,
      { SHOP: "main" },
    );
    expect(entries[0]?.options.triggers).toEqual([
      {
        when: { trigger: { type: "event", posture: "Reactive", expect: ["order.paid"], match: { shop: "main" } } },
        parameters: { id: "{{ event.resource.id }}" },
        after: 60,
      },
      {
        name: "both",
        enabled: false,
        when: {
          trigger: {
            type: "compound",
            require: "all",
            within: null,
            triggers: [
              { type: "event", posture: "Reactive", expect: ["x"] },
              { type: "event", posture: "Proactive", expect: ["y"], within: 60 },
            ],
          },
        },
      },
    ]);
    expect(() => read("deployments: [{ name: a, entrypoint: a.ts:a, triggers: x }]")).toThrow(
      'triggers is "x"; give a list',
    );
  });

  test.each([
    { text: "deployments: [", says: /^prefect.yaml is not YAML: / },
    { text: "- a", says: /prefect.yaml is \["a"\]; give a mapping/ },
    { text: "name: a", says: /has no deployments/ },
    { text: "deployments: [{ entrypoint: a.ts:a }]", says: /deployments\[0\] has no name/ },
    {
      text: "deployments: [{ name: a, schedule: { crn: 0 2 * * * } }]",
      says: /a schedule has no "crn"\. Did you mean "cron"\?/,
    },
    {
      text: "deployments: [{ name: a, schedule: { interval: often } }]",
      says: /interval is "often"; give seconds, HH:MM:SS/,
    },
    {
      text: "deployments: [{ name: a, entrypoint: b }, { name: a, entrypoint: b }]",
      says: /two deployments "a" of b; give each another name/,
    },
    {
      text: "deployments: [{ name: a, tags: ['{{ prefect.variables.stage }}'] }]",
      says: /\{\{ prefect.variables.stage \}\}, and blocks and variables are filled in only in job variables and pull steps/,
    },
  ])("that is wrong is refused: $text", ({ text, says }) => {
    expect(() => read(text)).toThrow(says);
  });
});
