import type { Transport } from "@ostinato/client";
import { expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { flow } from "../index.ts";
import { session, useConnection } from "../session/session.ts";
import { keepInput, readInput } from "./run-inputs.ts";

recordOnOwnServer();

test("an input whose answer is lost is kept once, and another one under its key is refused", async () => {
  const { connection } = await session();
  const { transport } = connection;
  if (transport === undefined) throw new Error("the harness gives a transport");
  let isLost = false;
  const losing: Transport = async (request) => {
    const answer = await transport(request);
    if (isLost || !request.path.endsWith("/input")) return answer;
    isLost = true;
    throw new Error("the answer was lost");
  };
  await using _ = await useConnection({ ...connection, transport: losing });
  const run = flow({ name: "keeps inputs" }, async () => 1)();
  await run;
  const place = { session: await session(), id: await run.created };
  const value = { question: "Which number?", fields: [1, 2n ** 60n] };
  await keepInput(place, { key: "schema", value });
  expect(isLost).toBe(true);
  expect(await readInput(place, "schema")).toEqual(value);
  await expect(keepInput(place, { key: "schema", value: "another" })).rejects.toThrow("already exists");
});
