import { timeOrderedId } from "@ostinato/core";
import { createDeployment, createFlow, deleteDeployment } from "@ostinato/protocol";
import { fakeClock } from "@ostinato/testing/clock";
import { expect, onTestFinished, test, vi } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { watchForDeleted } from "./deleted-deployments.ts";

const recorder = recordOnOwnServer();

test("deployments that were deleted are told once each, as long as somebody serves them", async () => {
  const { client } = recorder;
  const clock = fakeClock();
  const flow = await client.call(createFlow, { body: { name: `flow ${timeOrderedId(clock.now())}` } });
  const make = async (name: string) => (await client.call(createDeployment, { body: { name, flow_id: flow.id } })).id;
  const [first, second] = [await make("first"), await make("second")];
  let served = [first, second];
  const gone: string[] = [];
  const stop = watchForDeleted(
    { client, clock },
    {
      ids: () => served,
      onGone(ids) {
        gone.push(...ids);
        served = served.filter((id) => !ids.includes(id));
      },
    },
  );
  onTestFinished(stop);
  await clock.advance(30);
  await clock.untilWaiting(1);
  expect(gone).toEqual([]);
  await client.call(deleteDeployment, { params: { id: first } });
  await clock.advance(30);
  await vi.waitFor(() => expect(gone).toEqual([first]));
  await clock.untilWaiting(1);
  await client.call(deleteDeployment, { params: { id: second } });
  await clock.advance(30);
  await vi.waitFor(() => expect(gone).toEqual([first, second]));
});
