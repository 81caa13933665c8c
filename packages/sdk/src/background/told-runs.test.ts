import type { Transport } from "@ostinato/client";
import { expect, test, vi } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { task } from "../index.ts";
import { session, useConnection } from "../session/session.ts";
import { toldRuns } from "./told-runs.ts";

recordOnOwnServer();

test("a run that has ended is told of by its events, until the server has them", async () => {
  const { connection } = await session();
  const { transport } = connection;
  if (transport === undefined) throw new Error("the harness gives a transport");
  let isAway = true;
  const cut: Transport = async (request) => {
    if (isAway && request.path.endsWith("/events")) throw new Error("the server is away");
    return await transport(request);
  };
  await using _ = await useConnection({ ...connection, transport: cut });
  const { events } = await session();
  const run = task(async function work() {})();
  const { type } = await run.finished();
  expect(type).toBe("COMPLETED");
  expect(new Set(toldRuns(events.unacknowledgedTexts()))).toEqual(new Set([run.id]));
  isAway = false;
  await vi.waitFor(() => expect(toldRuns(events.unacknowledgedTexts())).toEqual([]), 20_000);
});
