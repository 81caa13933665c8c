import { automationsRelatedTo, deleteFlow, readFlowByName } from "@ostinato/protocol";
import { expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { doNothing, notify, slack } from "../automations/index.ts";
import { flow } from "../index.ts";
import { describeDefinition } from "../serving/file-description.ts";
import { registerFlow } from "../serving/flow-registration.ts";
import { definitionOf } from "./flow.ts";

const recorder = recordOnOwnServer();

async function automationsOf(name: string) {
  const { id } = await recorder.client.call(readFlowByName, { params: { name } });
  const owned = await recorder.client.call(automationsRelatedTo, {
    params: { resource_id: `prefect.flow.${id}` },
    query: { owned: true },
  });
  return owned.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

test("actions among the hooks of a flow are automations from its first run on, and its functions are called as ever", async () => {
  const called: string[] = [];
  const hook = () => void called.push("failed");
  const train = flow({ name: "acts", onFailure: [hook, doNothing()], onCompletion: doNothing() }, async () => {
    throw new Error("no disk");
  });
  const run = train();
  await expect(run).rejects.toThrow("no disk");
  expect(called).toEqual(["failed"]);
  const match_related = { "prefect.resource.role": "flow", "prefect.resource.name": "acts" };
  const made = await automationsOf("acts");
  expect(made).toMatchObject([
    { name: "acts: onCompletion", trigger: { match: { "prefect.state-type": ["COMPLETED"] }, match_related } },
    // A crashed run has failed too, for those who wait for a message.
    { name: "acts: onFailure", trigger: { match: { "prefect.state-type": ["FAILED", "CRASHED"] }, match_related } },
  ]);
  await train.with({ name: "acts", version: "2" }).state();
  expect(await automationsOf("acts")).toEqual(made);
});

test("a crash has the actions of its own where the flow has some", async () => {
  await flow({ name: "crashes", onFailure: doNothing(), onCrashed: doNothing() }, async () => {})();
  expect((await automationsOf("crashes")).map(({ trigger }) => trigger)).toMatchObject([
    { match: { "prefect.state-type": ["CRASHED"] } },
    { match: { "prefect.state-type": ["FAILED"] } },
  ]);
});

test("an action that names what is not there leaves the run alone", async () => {
  const run = flow({ name: "lonely", onFailure: notify(slack("nobody")) }, async () => 5);
  expect(await run()).toBe(5);
  expect(await automationsOf("lonely")).toEqual([]);
});

test("registering a flow without them takes them away, and so does deleting the flow", async () => {
  const described = (actions: object) =>
    describeDefinition(definitionOf(flow({ name: "served", ...actions }, async () => {})));
  const api = { client: recorder.client, server: undefined };
  const id = await registerFlow(api, await described({ onFailure: doNothing(), onRunning: doNothing() }));
  expect((await automationsOf("served")).map(({ name }) => name)).toEqual(["served: onFailure", "served: onRunning"]);
  await registerFlow(api, await described({ onFailure: doNothing() }));
  expect((await automationsOf("served")).map(({ name }) => name)).toEqual(["served: onFailure"]);
  await recorder.client.call(deleteFlow, { params: { id } });
  const params = { resource_id: `prefect.flow.${id}` };
  expect(await recorder.client.call(automationsRelatedTo, { params, query: {} })).toEqual([]);
});

test("what is neither a function nor an action is refused", () => {
  expect(() => flow({ name: "wrong", onFailure: "slack" as never }, async () => {})).toThrow("onFailure");
});
