import {
  type Automation,
  createDeployment,
  createFlow,
  filterAutomations,
  replaceAutomation,
} from "@ostinato/protocol";
import { expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { automation, doNothing, runDeployment } from "../automations/index.ts";
import { session } from "../session/session.ts";
import { automationDeletions, planAutomation } from "./automation-plan.ts";

const recorder = recordOnOwnServer();
const options = { overwrite: false, project: "tests", deployments: ["train/later"] };

async function kept(name: string): Promise<Automation | undefined> {
  const [found] = await recorder.client.call(filterAutomations, { body: { automations: { name: { any_: [name] } } } });
  return found;
}

const paid = (name: string, within: number, tags: readonly string[] = ["shop"]) =>
  automation({ name, tags, when: { event: "order.paid", within }, then: doNothing() });

test("a plan says what is made, changed and kept, and what somebody has changed stays until it is to be overwritten", async () => {
  const api = await session();
  const creation = await planAutomation(api, paid("orders", 60), options);
  expect(creation).toMatchObject({ name: 'automation "orders"', action: "create", kept: [] });
  expect(creation.changes.map(({ field }) => field)).toEqual(["tags", "enabled", "trigger", "actions"]);
  expect(await kept("orders")).toBeUndefined();
  await creation.apply();
  expect(await planAutomation(api, paid("orders", 60), options)).toMatchObject({ action: "unchanged", changes: [] });

  const { id, name, trigger, actions } = (await kept("orders")) as Automation;
  const body = { name, trigger, actions: [...actions], tags: ["people"] };
  await recorder.client.call(replaceAutomation, { params: { id }, encodedBody: JSON.stringify(body) });
  const change = await planAutomation(api, paid("orders", 90), options);
  expect(change).toMatchObject({
    action: "change",
    changes: [{ field: "trigger", before: { within: 60 }, after: { within: 90 } }],
    kept: [{ field: "tags", value: ["people"], wanted: ["shop"] }],
  });
  await change.apply();
  expect(await kept("orders")).toMatchObject({ id, tags: ["people"], trigger: { within: 90 } });
  const again = await planAutomation(api, paid("orders", 90), options);
  expect(again).toMatchObject({ action: "unchanged", kept: [{ field: "tags" }] });
  await (await planAutomation(api, paid("orders", 90), { ...options, overwrite: true })).apply();
  expect(await kept("orders")).toMatchObject({ tags: ["shop"] });
});

test("an automation may start a deployment that the same deploy makes", async () => {
  const later = automation({ name: "later", when: { event: "a" }, then: runDeployment("train/later") });
  const api = await session();
  const plan = await planAutomation(api, later, options);
  expect(plan).toMatchObject({ action: "create" });
  await expect(planAutomation(api, later, { ...options, deployments: [] })).rejects.toThrow(
    'there is no deployment "train/later" on the server',
  );
  const { client } = recorder;
  const { id: flow_id } = await client.call(createFlow, { body: { name: "train" } });
  const { id } = await client.call(createDeployment, { body: { name: "later", flow_id } });
  await plan.apply();
  expect(await kept("later")).toMatchObject({ actions: [{ deployment_id: id }] });
});

test("automations that the project does not have any more are deleted, and no others", async () => {
  const api = await session();
  await paid("by hand", 60).save();
  await (await planAutomation(api, paid("mine", 60), { ...options, project: "mine" })).apply();
  await (await planAutomation(api, paid("gone", 60), { ...options, project: "mine" })).apply();
  const deletions = await automationDeletions(api, "mine", ["mine"]);
  expect(deletions).toMatchObject([{ name: 'automation "gone"', action: "delete" }]);
  for (const { apply } of deletions) await apply();
  expect([await kept("gone"), (await kept("mine"))?.name, (await kept("by hand"))?.name]).toEqual([
    undefined,
    "mine",
    "by hand",
  ]);
});
