import { type Client, ServerUnreachable } from "@ostinato/client";
import { logBuffer } from "@ostinato/client/delivery";
import { formatTimestamp, systemClock, timeOrderedId } from "@ostinato/core";
import { filterLogs, type LogCreate } from "@ostinato/protocol";
import { expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { flow, log, task } from "../index.ts";
import { session } from "../session/session.ts";

const server = recordOnOwnServer();
const clock = systemClock();

function line(flowRunId: string, message: string): LogCreate {
  const now = clock.now();
  const common = { name: "test", level: 20, message, flow_run_id: flowRunId };
  return { ...common, id: timeOrderedId(now), timestamp: formatTimestamp(now) };
}

async function kept(flowRunId: string): Promise<readonly string[]> {
  const body = { logs: { flow_run_id: { any_: [flowRunId] } } };
  return (await server.client.call(filterLogs, { body })).map(({ message }) => message);
}

const silent = { clock, onLost() {}, onFound() {}, onDropped() {} };

test("what there is no room for is left out, and a line in its place says how much that is, for each run", async () => {
  const dropped: number[] = [];
  const capacity = { messages: 5, characters: 1_000_000 };
  const buffer = logBuffer(server.client, { ...silent, capacity, onDropped: (lines) => dropped.push(lines) });
  const [one, other] = [timeOrderedId(clock.now()), timeOrderedId(clock.now())];
  for (let index = 0; index < 100; index += 1) buffer.add(line(one, `line ${index}`));
  expect(buffer.backpressure).toBeInstanceOf(Promise);
  buffer.add(line(other, "another run's"));
  await buffer.flush();
  buffer.add(line(one, "after"));
  await buffer.flush();
  const missing = "log lines are missing here: more was logged than the server took";
  expect(await kept(one)).toEqual([
    ...["line 0", "line 1", "line 2", "line 3", "line 4"],
    expect.stringContaining(`95 ${missing}`),
    "after",
  ]);
  expect(await kept(other)).toEqual([expect.stringContaining("1 log line is missing here")]);
  expect(dropped).toEqual([96]);
  await buffer.close();
});

test("lines whose answer was lost are sent again and kept once", async () => {
  let answersToLose = 2;
  const losing: Client = {
    ...server.client,
    call: (async (...given: Parameters<Client["call"]>) => {
      const answer = await server.client.call(...given);
      answersToLose -= 1;
      if (answersToLose >= 0) throw new ServerUnreachable("the test", "the answer was lost");
      return answer;
    }) as Client["call"],
  };
  const buffer = logBuffer(losing, silent);
  const run = timeOrderedId(clock.now());
  for (const message of ["a", "b", "c"]) buffer.add(line(run, message));
  await buffer.flush();
  expect(answersToLose).toBeLessThan(0);
  expect(await kept(run)).toEqual(["a", "b", "c"]);
  await buffer.close();
});

test("a task waits with its beginning until there is room for what it may log", async () => {
  const megabyte = "x".repeat(1024 * 1024);
  const waited: boolean[] = [];
  const verbose = task(async function verbose() {
    waited.push((await session()).logs.backpressure === undefined);
    for (let index = 0; index < 36; index += 1) log.debug(megabyte);
  });
  const run = flow({ name: "verbose" }, async () => {
    for (let index = 0; index < 3; index += 1) await verbose();
  })();
  await run;
  expect(waited).toEqual([true, true, true]);
  const messages = await kept(await run.created);
  expect(messages.filter((message) => message.startsWith("xxx"))).toHaveLength(108);
  expect(messages.join().includes("missing")).toBe(false);
});
