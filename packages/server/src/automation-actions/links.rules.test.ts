import { renderField } from "@ostinato/templates";
import { describe, expect, test } from "vitest";
import { linksTo, type PagesConfig } from "./links.rules.ts";

const id = "01234567-89ab-7def-8123-456789abcdef";
const local = { uiUrl: undefined, host: "127.0.0.1", port: 4200, basePath: "/" };

const objects = {
  flow_run: { id, name: "quick-owl" },
  deployment: { id, name: "nightly" },
  work_pool: { id, name: "gpu pool" },
  work_queue: { id, name: "urgent", work_pool_name: "gpu pool" },
  automation: { id, name: "alert" },
  variables: { city: "Bern" },
};
const context = {
  ...objects,
  event: {
    id,
    event: "prefect.flow-run.Failed",
    resource: { "prefect.resource.id": `prefect.flow-run.${id}` },
    related: [
      { "prefect.resource.id": `prefect.work-pool.${id}`, name: "gpu pool" },
      { "prefect.resource.id": "s3://lake/trips" },
    ],
  },
};

const render = (template: string, config: PagesConfig = local) =>
  renderField(template, { context, links: linksTo(config, objects) });

test.each([
  ["flow_run|ui_url", `http://127.0.0.1:4200/runs/flow-run/${id}`],
  ["deployment|ui_url", `http://127.0.0.1:4200/deployments/${id}`],
  ["work_pool|ui_url", "http://127.0.0.1:4200/work-pools/gpu%20pool"],
  ["work_queue|ui_url", "http://127.0.0.1:4200/work-pools/gpu%20pool/queues/urgent"],
  ["automation|ui_url", `http://127.0.0.1:4200/automations/automation/${id}`],
  ["event|ui_url", `http://127.0.0.1:4200/events/${id}`],
  ["event.resource|ui_url", `http://127.0.0.1:4200/runs/flow-run/${id}`],
  ["event.related[0]|ui_url", "http://127.0.0.1:4200/work-pools/gpu%20pool"],
  ["event.related[1]|ui_url", "None"],
  ["variables|ui_url", "None"],
  ["flow|ui_url", "None"],
  ["flow_run|ui_resource_events_url", `http://127.0.0.1:4200/events?resource=prefect.flow-run.${id}`],
  ["event.related[1]|ui_resource_events_url", "http://127.0.0.1:4200/events?resource=s3%3A%2F%2Flake%2Ftrips"],
  [`"see /runs/flow-run/${id}?x"|flow_run_id`, id],
  ['"no run"|flow_run_id', "None"],
])("{{ %s }} is %s", (expression, expected) => {
  expect(render(`{{ ${expression} }}`)).toBe(expected);
});

describe("the address of the pages", () => {
  test.each([
    [{ ...local, basePath: "/ostinato/" }, "http://127.0.0.1:4200/ostinato/"],
    [{ ...local, host: "0.0.0.0", port: 80 }, "http://127.0.0.1/"],
    [{ ...local, host: "::1" }, "http://[::1]:4200/"],
    [{ ...local, uiUrl: "https://flows.example.com/team/" }, "https://flows.example.com/team/"],
  ])("of %o begins %s", (config, begin) => {
    expect(render("{{ flow_run|ui_url }}", config)).toBe(`${begin}runs/flow-run/${id}`);
  });

  test("is not known of a server with any free port", () => {
    expect(render("{{ flow_run|ui_url }}", { ...local, port: 0 })).toBe("None");
  });
});
