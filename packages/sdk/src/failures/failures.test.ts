import { once } from "node:events";
import { createServer } from "node:net";
import { runInNewContext } from "node:vm";
import { readTaskRun } from "@ostinato/protocol";
import { expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { type FinalState, flow, log, secret, ThrownValue, task } from "../index.ts";
import { failureMessage, failureStack } from "./failure-text.ts";

const server = recordOnOwnServer();

/** Lets a task throw the value, and gives what is recorded of it. */
async function recordedFailure(thrown: () => unknown) {
  const failing = task({ name: "failing" }, async () => {
    throw await thrown();
  });
  let final: FinalState<unknown> | undefined;
  const run = flow({ name: "failures" }, async () => {
    final = await failing.state();
    return final;
  })();
  await run.finished();
  const id = await run.created;
  const [row] = await server.taskRuns(id);
  const { state } = await server.client.call(readTaskRun, { params: { id: row?.id ?? "" } });
  const logs = (await server.logs(id)).find((line) => line.startsWith("failed: "));
  const flowState = (await server.flowRun(id)).state;
  return {
    final,
    message: state?.message ?? "",
    stack: state?.state_details.error_stack ?? "",
    location: state?.state_details.error_location ?? "",
    log: logs ?? "",
    flowMessage: flowState?.message ?? "",
  };
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  listener.close();
  await once(listener, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("what a refused fetch was refused by stands in message, stack, log and the flow's message", async () => {
  const port = await freePort();
  const { message, stack, log: line, flowMessage } = await recordedFailure(() => fetch(`http://127.0.0.1:${port}/`));
  const refused = `connect ECONNREFUSED 127.0.0.1:${port}`;
  expect(message).toBe(`fetch failed (cause: ${refused})`);
  expect(stack).toContain(`Caused by: Error: ${refused}`);
  expect(line).toContain(refused);
  expect(flowMessage).toContain(refused);
});

test("the causes of a wrapped error are told in their order, with the place of the one that is the program's own", async () => {
  const made = (message: string, cause?: unknown) => {
    const error = new Error(message, { cause });
    error.stack = `Error: ${message}\n    at readFile (node:fs:1:1)`;
    return error;
  };
  const { message, stack, location } = await recordedFailure(() =>
    made("the settings cannot be read", made("no such section", new Error("no value at line 7"))),
  );
  expect(message).toBe("the settings cannot be read (cause: no such section (cause: no value at line 7))");
  expect(stack.match(/^(?:Caused by: )?Error: .*/gm)).toEqual([
    "Error: the settings cannot be read",
    "Caused by: Error: no such section",
    "Caused by: Error: no value at line 7",
  ]);
  expect(location).toContain("failures.test.ts");
});

test("a plain object that was thrown is told by its message and fields, and reaches the program with them", async () => {
  const thrown = { code: "23505", message: "duplicate key value", details: "id 7 is there already" };
  const { message, stack, final } = await recordedFailure(() => Promise.reject(thrown));
  expect(message).toBe("duplicate key value (code: 23505; details: id 7 is there already)");
  expect(stack).toContain("Object: duplicate key value\n  code: '23505'\n  details: 'id 7 is there already'");
  const error = final?.type === "FAILED" ? final.error : undefined;
  expect(error).toMatchObject({ name: "Object", message: "duplicate key value", code: "23505" });
  expect(error).toBeInstanceOf(ThrownValue);
  expect(error?.cause).toEqual(thrown);
});

test("secrets are taken out of fields and causes, also out of those that are cut", async () => {
  const password = secret("correct horse battery").reveal();
  const {
    message,
    stack,
    log: line,
  } = await recordedFailure(() =>
    Object.assign(new Error("no login", { cause: new Error(`refused for ${password}`) }), {
      detail: `${"x".repeat(290)}${password}`,
      config: { headers: { authorization: password }, body: `${"y".repeat(480)}${password}` },
    }),
  );
  for (const text of [message, stack, line]) {
    expect(text).toContain("********");
    expect(text).not.toMatch(/correct|horse|battery/);
  }
});

test("an error that is logged brings its causes and fields", async () => {
  const run = flow({ name: "logging" }, async () => {
    log.error("not sent: {error}", {
      error: Object.assign(new Error("quota", { cause: new Error("100 a minute") }), { status: 429 }),
    });
  })();
  await run;
  const [line] = (await server.logs(await run.created)).filter((each) => each.startsWith("not sent"));
  expect(line).toContain("quota (status: 429; cause: 100 a minute)");
  expect(line).toContain("Caused by: Error: 100 a minute");
});

test.each([
  [
    "several errors behind an empty message",
    new AggregateError([new Error("connect ECONNREFUSED ::1:9"), new Error("connect ECONNREFUSED 127.0.0.1:9")], ""),
    "connect ECONNREFUSED ::1:9; connect ECONNREFUSED 127.0.0.1:9",
  ],
  [
    "many errors, by the first",
    new AggregateError(
      Array.from({ length: 8 }, (_, index) => new Error(`no ${index}`)),
      "all failed",
    ),
    "all failed (no 0; no 1; no 2; no 3; no 4; and 3 more errors)",
  ],
  [
    "a cause that the message holds already",
    new Error("not read: gone", { cause: new Error("gone") }),
    "not read: gone",
  ],
  [
    "a number that only seems to stand there",
    Object.assign(new Error("took 40 s"), { status: 4 }),
    "took 40 s (status: 4)",
  ],
  ["a cause that is a text", new Error("failed", { cause: "it is late" }), "failed (cause: it is late)"],
  ["a class without a message", new (class QuotaError extends RangeError {})(), "QuotaError"],
  ["an error of another realm", runInNewContext("new TypeError('from there')") as Error, "from there"],
])("the message of %s", (_, error, message) => {
  expect(failureMessage(error)).toBe(message);
});

test("an error that comes from itself, goes deep, is huge or can't be read is told all the same", () => {
  const circular = new Error("round");
  circular.cause = new Error("and round", { cause: circular });
  expect(failureMessage(circular)).toBe("round (cause: and round)");

  const deep = Array.from({ length: 500 }).reduce<Error>(
    (cause, _, index) => new Error(`e${index}`, { cause }),
    new Error("root"),
  );
  expect(failureMessage(deep)).toMatch(/^e499 \(cause: e498 .*e493\)+$/);
  expect(failureStack(deep).length).toBeLessThan(64 * 1024);

  const huge = Object.assign(new Error("huge", { cause: new Error("z".repeat(1_000_000)) }), {
    rows: Array.from({ length: 100_000 }, (_, index) => ({ index })),
    text: "t".repeat(1_000_000),
  });
  expect(failureMessage(huge).length).toBeLessThan(4096);
  expect(failureStack(huge).length).toBeLessThan(16 * 1024);

  const hostile = {
    message: "hostile",
    get code(): never {
      throw new Error("no");
    },
  };
  expect(failureMessage(hostile)).toBe("hostile");
  const proxy = new Proxy(
    {},
    {
      get: () => {
        throw new Error("no");
      },
      ownKeys: () => {
        throw new Error("no");
      },
    },
  );
  expect(() => [failureMessage(proxy), failureStack(proxy), new ThrownValue(proxy)]).not.toThrow();
});
